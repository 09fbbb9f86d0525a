import pytest

from grader.harness.naps import Naps
from grader.harness.threads import Thread
from iomodels.record import UNKNOWN_NS
from tests.iomodels.examples import sleep

MS = 1_000_000


def thread(thread_id: int, *, switches: int) -> Thread:
    return Thread(
        process_id=1,
        thread_id=thread_id,
        inner_id=thread_id,
        state="S",
        switches=(str(switches), "0"),
        awaits_alarms=False,
        syscall=0,
        arguments=(0,) * 6,
    )


def taken(*moments: tuple[int, int, int | None]) -> tuple[int, int, int]:
    """Return asked, longest and count after (thread, its switches, time-out) one by one."""
    naps = Naps()
    for thread_id, switches, timeout_ns in moments:
        sleeping = sleep("poll", thread_id=thread_id, timeout_ns=timeout_ns)
        naps.add((thread(thread_id, switches=switches),), (sleeping,), now_ns=0)
    return naps.asked_ns, naps.longest_ns, naps.count


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([], (0, 0, 0)),
        ([(1, 5, None)], (0, 0, 0)),
        ([(1, 5, 50 * MS)], (50 * MS, 50 * MS, 1)),
        ([(1, 5, 50 * MS), (1, 5, 49 * MS)], (50 * MS, 50 * MS, 1)),
        ([(1, 5, 50 * MS), (1, 6, 20 * MS)], (70 * MS, 50 * MS, 2)),
        ([(1, 5, 50 * MS), (2, 5, 60 * MS)], (60 * MS, 60 * MS, 2)),
        ([(1, 5, 30 * MS), (2, 5, 60 * MS), (1, 6, 40 * MS)], (70 * MS, 60 * MS, 3)),
        ([(1, 5, 0), (1, 6, 0)], (0, 0, 2)),
    ],
)
def test_each_nap_counts_once_with_the_length_that_was_asked_for(
    moments: list[tuple[int, int, int | None]], expected: tuple[int, int, int]
) -> None:
    assert taken(*moments) == expected


def test_threads_that_nap_at_the_same_moment_are_taken_in_together() -> None:
    naps = Naps()
    threads = (thread(1, switches=1), thread(2, switches=1))

    naps.add(threads, (sleep("poll", timeout_ns=MS), sleep("futex", timeout_ns=None)), now_ns=0)

    assert (naps.asked_ns, naps.longest_ns, naps.count) == (MS, MS, 1)


def test_a_nap_of_unknown_length_counts_for_as_long_as_it_lasts() -> None:
    naps = Naps()
    alarmed = sleep("accept", timeout_ns=UNKNOWN_NS)

    for now_ns in (5 * MS, 9 * MS, 25 * MS):
        naps.add((thread(1, switches=1),), (alarmed,), now_ns=now_ns)

    assert (naps.asked_ns, naps.longest_ns, naps.count) == (20 * MS, 20 * MS, 1)


def test_a_moment_with_a_sleep_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Naps().add((thread(1, switches=1),), (), now_ns=0)
