"""The events of a trace: system calls, signals, and threads that end.

They are tuples, not dataclasses: a trace has a hundred thousand of them, and a frozen dataclass
takes five times as long to make.
"""

from typing import NamedTuple


class Call(NamedTuple):
    """One system call of one thread, from its entry to its return."""

    thread_id: int
    name: str
    arguments: str  # As strace prints them, descriptors decorated; but their strings are empty.
    result: int | None  # None: it never returned, or strace could not tell (`?`).
    error: str | None  # Such as "EAGAIN".
    # What strace adds to the result: `<...>` for a new descriptor, or which ones are ready.
    detail: str | None
    started_ns: int  # Since the epoch.
    ended_ns: int | None  # None: it never returned.


class Signal(NamedTuple):
    """A signal that reached a thread."""

    thread_id: int
    name: str
    at_ns: int

    @property
    def started_ns(self) -> int:
        return self.at_ns


class End(NamedTuple):
    """A thread that ended; `how` is strace's words, such as `exited with 0`."""

    thread_id: int
    how: str
    at_ns: int

    @property
    def started_ns(self) -> int:
        return self.at_ns


Event = Call | Signal | End
