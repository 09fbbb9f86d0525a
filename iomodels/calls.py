"""What each system call that can sleep waits for, and where it says for how long: man section 2."""

from dataclasses import dataclass
from enum import StrEnum

from iomodels.record import Wait


class Source(StrEnum):
    """Where a call names the descriptors that can end it."""

    NOWHERE = "nowhere"
    DESCRIPTOR = "descriptor"  # The first argument.
    SELECT = "select"  # Bitmaps in the program's memory.
    POLL = "poll"  # An array of struct pollfd in its memory.
    EPOLL = "epoll"  # The kernel's interest list of the first argument.


class Clock(StrEnum):
    """How a call says how long it would sleep."""

    FOREVER = "forever"
    SOCKET = "socket"  # SO_RCVTIMEO or SO_SNDTIMEO of the descriptor, socket(7).
    MILLISECONDS = "milliseconds"  # An int; negative: for ever.
    TIMESPEC = "timespec"  # A pointer; NULL: for ever.
    TIMEVAL = "timeval"
    UNTIL = "until"  # A pointer to a moment if the flags say so, else to a length.
    FUTEX = "futex"  # A length or a moment, by the operation.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call that can sleep; `timeout_at` is the argument that holds its time-out."""

    wait: Wait
    source: Source = Source.NOWHERE
    clock: Clock = Clock.FOREVER
    timeout_at: int = 0


def _transfer(wait: Wait, clock: Clock = Clock.SOCKET) -> Call:
    return Call(wait=wait, source=Source.DESCRIPTOR, clock=clock)


def _readiness(source: Source, clock: Clock, timeout_at: int) -> Call:
    return Call(wait=Wait.READINESS, source=source, clock=clock, timeout_at=timeout_at)


# preadv2(2): with -1 for an offset it reads a socket like any file.
READS = ("read", "readv", "pread64", "preadv2", "recvfrom", "recvmsg", "recvmmsg", "splice")
WRITES = ("write", "writev", "pwrite64", "pwritev2", "sendto", "sendmsg", "sendmmsg", "sendfile")

CALLS: dict[str, Call] = {
    **{name: _transfer(Wait.READ) for name in READS},
    **{name: _transfer(Wait.WRITE) for name in WRITES},
    "accept": _transfer(Wait.ACCEPT),
    "accept4": _transfer(Wait.ACCEPT),
    "select": _readiness(Source.SELECT, Clock.TIMEVAL, 4),
    "pselect6": _readiness(Source.SELECT, Clock.TIMESPEC, 4),
    "poll": _readiness(Source.POLL, Clock.MILLISECONDS, 2),
    "ppoll": _readiness(Source.POLL, Clock.TIMESPEC, 2),
    "epoll_wait": _readiness(Source.EPOLL, Clock.MILLISECONDS, 3),
    "epoll_pwait": _readiness(Source.EPOLL, Clock.MILLISECONDS, 3),
    "epoll_pwait2": _readiness(Source.EPOLL, Clock.TIMESPEC, 3),
    "nanosleep": Call(wait=Wait.TIMER, clock=Clock.TIMESPEC, timeout_at=0),
    "clock_nanosleep": Call(wait=Wait.TIMER, clock=Clock.UNTIL, timeout_at=2),
    "futex": Call(wait=Wait.LOCK, clock=Clock.FUTEX, timeout_at=3),
    "wait4": Call(wait=Wait.CHILD),
    "waitid": Call(wait=Wait.CHILD),
    "pause": Call(wait=Wait.SIGNAL),
    "rt_sigsuspend": Call(wait=Wait.SIGNAL),
    "rt_sigtimedwait": Call(wait=Wait.SIGNAL, clock=Clock.TIMESPEC, timeout_at=2),
    # After SIGSTOP and SIGCONT the kernel goes on with a timed call under this name.
    "restart_syscall": Call(wait=Wait.TIMER, clock=Clock.UNKNOWN),
}
ANYTHING_ELSE = Call(wait=Wait.OTHER)


def call(name: str) -> Call:
    """Return what is known of a call; of an unknown one, that it waits for something else."""
    return CALLS.get(name, ANYTHING_ELSE)
