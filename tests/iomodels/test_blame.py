import pytest

from iomodels import blame
from iomodels.record import Sleep
from tests.iomodels.examples import connection, moment, sleep


def test_connection_of_finds_a_client_by_name() -> None:
    there = moment(connections=(connection("A"), connection("B", unread=5)))

    assert blame.connection_of(there, "B") == connection("B", unread=5)


def test_connection_of_a_client_without_one_is_none() -> None:
    assert blame.connection_of(moment(connections=(connection("A"),)), "B") is None


def test_nobody_is_to_blame_when_nobody_sleeps() -> None:
    assert blame.culprit(moment(), "B") is None


@pytest.mark.parametrize("syscall", ["recvfrom", "sendto", "poll", "epoll_wait"])
def test_a_sleep_that_the_neglected_client_can_end_is_no_culprit(syscall: str) -> None:
    assert blame.culprit(moment(sleep(syscall, "A", "B")), "B") is None


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (sleep("recvfrom", "A"), sleep("clock_nanosleep", timeout_ns=1)),
        (sleep("sendto", "A"), sleep("clock_nanosleep", timeout_ns=1)),
        (sleep("clock_nanosleep", timeout_ns=1), sleep("poll", "A")),
        (sleep("poll", "A"), sleep("accept4")),
        (sleep("accept4"), sleep("read")),
        (sleep("read"), sleep("write")),
        (sleep("write"), sleep("pause")),
        (sleep("pause"), sleep("wait4")),
        (sleep("wait4"), sleep("flock")),
        (sleep("flock"), sleep("futex")),
    ],
)
def test_the_sleep_that_says_most_is_the_culprit(worse: Sleep, better: Sleep) -> None:
    assert blame.culprit(moment(better, worse), "B") == worse


def test_the_first_of_two_equal_sleeps_is_the_culprit() -> None:
    both = moment(sleep("recvfrom", "A", thread_id=1), sleep("recvfrom", "C", thread_id=2))

    assert blame.culprit(both, "B") == sleep("recvfrom", "A", thread_id=1)


def test_a_watcher_has_the_client_in_its_set() -> None:
    threads = moment(sleep("recvfrom", "B"), sleep("poll", "A"), sleep("epoll_wait", "A", "B"))

    assert blame.watcher(threads, "B") == sleep("epoll_wait", "A", "B")


@pytest.mark.parametrize("sleeping", [sleep("recvfrom", "B"), sleep("poll", "A"), sleep("futex")])
def test_other_sleeps_watch_nobody(sleeping: Sleep) -> None:
    assert blame.watcher(moment(sleeping), "B") is None
