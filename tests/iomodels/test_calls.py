import pytest

from iomodels.calls import ANYTHING_ELSE, CALLS, Call, Clock, Source, call
from iomodels.record import Wait
from iomodels.syscalls import numbers

# The position of the time-out among the arguments, from man section 2 (raw calls, not the C
# library's): select(2), poll(2), epoll_wait(2), nanosleep(2), futex(2), sigtimedwait(2).


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (
            "recvfrom",
            Call(wait=Wait.READ, source=Source.DESCRIPTOR, clock=Clock.SOCKET),
        ),
        (
            "write",
            Call(wait=Wait.WRITE, source=Source.DESCRIPTOR, clock=Clock.SOCKET),
        ),
        (
            "accept4",
            Call(wait=Wait.ACCEPT, source=Source.DESCRIPTOR, clock=Clock.SOCKET),
        ),
        (
            "select",
            Call(wait=Wait.READINESS, source=Source.SELECT, clock=Clock.TIMEVAL, timeout_at=4),
        ),
        (
            "pselect6",
            Call(wait=Wait.READINESS, source=Source.SELECT, clock=Clock.TIMESPEC, timeout_at=4),
        ),
        (
            "poll",
            Call(wait=Wait.READINESS, source=Source.POLL, clock=Clock.MILLISECONDS, timeout_at=2),
        ),
        (
            "epoll_pwait",
            Call(wait=Wait.READINESS, source=Source.EPOLL, clock=Clock.MILLISECONDS, timeout_at=3),
        ),
        (
            "epoll_pwait2",
            Call(wait=Wait.READINESS, source=Source.EPOLL, clock=Clock.TIMESPEC, timeout_at=3),
        ),
        ("clock_nanosleep", Call(wait=Wait.TIMER, clock=Clock.UNTIL, timeout_at=2)),
        ("futex", Call(wait=Wait.LOCK, clock=Clock.FUTEX, timeout_at=3)),
        ("wait4", Call(wait=Wait.CHILD)),
        ("pause", Call(wait=Wait.SIGNAL)),
    ],
)
def test_call_knows_what_a_call_waits_for_and_how_long(name: str, known: Call) -> None:
    assert call(name) == known


@pytest.mark.parametrize("name", ["io_uring_enter", "flock", "463", ""])
def test_call_knows_only_that_other_calls_wait(name: str) -> None:
    assert call(name) == ANYTHING_ELSE == Call(wait=Wait.OTHER)


def test_every_known_call_is_a_call_of_linux() -> None:
    assert set(CALLS) - set(numbers("x86_64")) == set()


@pytest.mark.parametrize("named", [call for call in CALLS.values() if call.wait is Wait.READINESS])
def test_every_readiness_call_says_whom_it_watches_and_for_how_long(named: Call) -> None:
    assert named.source in (Source.SELECT, Source.POLL, Source.EPOLL)
    assert named.clock in (Clock.MILLISECONDS, Clock.TIMESPEC, Clock.TIMEVAL)
