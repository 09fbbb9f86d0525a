"""The five models of the textbook, and which of them a recognised model belongs to."""

from collections.abc import Mapping
from enum import StrEnum

from iomodels.phases import PhaseCall, Phases
from iomodels.wording import call_name

REFUSED = ("EAGAIN", "EWOULDBLOCK")


class Kind(StrEnum):
    """Stevens, UNIX Network Programming, figures 6.1 to 6.5."""

    BLOCKING = "blocking"
    NON_BLOCKING = "non-blocking"
    MULTIPLEXING = "I/O multiplexing"
    SIGNAL_DRIVEN = "signal-driven"
    ASYNCHRONOUS = "asynchronous"


_KINDS: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    "select": Kind.MULTIPLEXING,
    "poll": Kind.MULTIPLEXING,
    "epoll": Kind.MULTIPLEXING,
    "multiplexing": Kind.MULTIPLEXING,
    "io_uring": Kind.ASYNCHRONOUS,
}


def kind_of(phases: Phases) -> Kind:
    """Return the textbook's model; for a model unknown here, the one that its calls look like."""
    known = _KINDS.get(phases.model)
    if known:
        return known
    refused = any(is_refused(call) for call in phases.calls)
    return Kind.NON_BLOCKING if refused else Kind.BLOCKING


def is_refused(call: PhaseCall) -> bool:
    return call.result in REFUSED


def waiting_call(phases: Phases) -> str:
    """Return the name of the call that slept until the message came, or of the first call."""
    asleep = next((call for call in phases.calls if call.is_asleep), None)
    chosen = asleep or next(iter(phases.calls), None)
    return call_name(chosen.syscall) if chosen else "no call"


def reading_call(phases: Phases) -> str:
    """Return the name of the call that brought the bytes: the last."""
    return call_name(phases.calls[-1].syscall) if phases.calls else "no call"


def refusals(phases: Phases) -> int:
    return sum(is_refused(call) for call in phases.calls)
