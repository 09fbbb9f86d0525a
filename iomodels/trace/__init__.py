"""What strace wrote, read into events: lines to calls, signals and ends of threads."""

from iomodels.trace.events import Call, End, Event, Signal
from iomodels.trace.reader import Reader, Refusal, Trace, read

__all__ = ["Call", "End", "Event", "Reader", "Refusal", "Signal", "Trace", "read"]
