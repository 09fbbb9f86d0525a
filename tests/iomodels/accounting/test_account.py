"""Who was neglected by what, from when to when, to the nanosecond."""

import pytest

from iomodels.ledger import Ledger, Neglect
from iomodels.record import Activity
from tests.iomodels.examples import connection, moment
from tests.iomodels.traces import SECOND_NS, analysed

DEED_NS = 10_000  # What a client's deed takes in these logs.
START_NS = 1_000_000  # The runs begin at 0.001.
BOTH = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
"""
COME = "0.001 A connects\n0.002 B connects\n"


def ledger(trace: str, log: str, *, rests: tuple[float, ...] = ()) -> Ledger:
    return analysed(trace, COME + log, rests=rests).ledger


def harms(found: Ledger) -> list[tuple[str, tuple[Neglect, ...]]]:
    return [(slept.syscall, slept.neglected) for slept in found.harmful]


def neglect(client: str, begin: float, end: float, *, unread: int = 1) -> Neglect:
    """Return a neglect from right after a deed to another moment; in seconds of the trace."""
    return Neglect(
        client=client,
        unread=unread,
        started_ns=int(begin * SECOND_NS) + DEED_NS - START_NS,
        ended_ns=int(end * SECOND_NS) - START_NS,
    )


def test_read_of_one_client_neglects_another_until_the_first_speaks() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 read(4<AC>, "x", 9) = 1 <0.0201>
    1 0.031 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        "0.015 B sends 1\n0.030 A sends 1",
    )

    assert harms(found) == [("read", (neglect("B", 0.015, 0.030),))]
    assert found.totals.harmful_ns == 14_990_000
    assert [(slept.started_ns, slept.lasted_ns) for slept in found.sleeps] == [
        (9_000_000, 20_100_000)
    ]


def test_two_waits_are_two_harms_and_their_sum_counts_overlaps_once() -> None:
    found = ledger(
        BOTH
        + """
    1 0.0025 accept(3<LISTENER>, NULL, NULL) = 6<CC> <0.0001>
    1 0.010 read(4<AC>, "x", 9) = 1 <0.0101>
    1 0.021 read(4<AC>, "x", 9) = 1 <0.0101>
    1 0.032 read(5<BC>, "x", 9) = 1 <0.0001>
    1 0.033 read(6<CC>, "x", 9) = 1 <0.0001>
    """,
        "0.0025 C connects\n0.012 B sends 1\n0.015 C sends 1\n0.020 A sends 1\n0.031 A sends 1",
    )

    first, second = found.harmful
    assert first.neglected == (neglect("B", 0.012, 0.020), neglect("C", 0.015, 0.020))
    assert [one.client for one in second.neglected] == ["B", "C"]
    assert second.lasted_ns == 10_100_000
    assert found.totals.harmful_ns == 7_990_000 + 10_000_000


def test_running_thread_neglects_nobody() -> None:
    found = ledger(
        BOTH + '1 0.040 read(5<BC>, "x", 9) = 1 <0.0001>\n',
        "0.015 B sends 1",
    )

    assert harms(found) == []
    assert [one.ended_ns - one.started_ns for one in found.pending if one.size] == [24_990_000]


def test_long_call_that_was_not_proven_to_sleep_neglects_nobody() -> None:
    """It had something when it began, so it may only have been pre-empted."""
    found = ledger(
        BOTH + '1 0.010 read(4<AC>, "x", 9) = 1 <0.0201>\n',
        "0.005 A sends 1\n0.015 B sends 1\n0.030 A sends 1",
    )

    assert harms(found) == []


def test_read_of_what_is_left_of_a_message_does_not_sleep() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 read(4<AC>, "xxxx"..., 4) = 4 <0.0010>
    1 0.012 read(4<AC>, "xxxx"..., 4) = 4 <0.0050>
    """,
        "0.005 A sends 8\n0.015 A sends 1",
    )

    assert found.sleeps == ()


def test_watcher_proves_that_it_slept_by_a_moment_of_rest() -> None:
    found = ledger(
        BOTH + '1 0.010 write(4<AC>, "x", 9) = 9 <0.0201>\n',
        "0.015 B sends 1",
        rests=(0.025,),
    )

    assert harms(found) == [("write", (neglect("B", 0.015, 0.025),))]


def test_nap_while_bytes_lie_ready_is_neglect() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=20000000}, NULL) = 0 <0.02>
    1 0.031 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        "0.015 B sends 1",
    )

    (slept,) = found.harmful
    assert (slept.syscall, slept.timeout_ns) == ("clock_nanosleep", 20_000_000)
    assert slept.neglected == (neglect("B", 0.015, 0.030),)


def test_poll_that_covers_everybody_neglects_nobody() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 poll([{fd=4<AC>, events=POLLIN}, {fd=5<BC>, events=POLLIN}], 2, -1) = 1 <0.0052>
    1 0.031 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        "0.015 B sends 1",
    )

    assert harms(found) == []
    assert [slept.syscall for slept in found.sleeps] == ["poll"]


def test_client_that_another_thread_sleeps_on_is_not_neglected() -> None:
    found = ledger(
        BOTH
        + """
    1 0.003 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>
    2 0.004 read(5<BC>, "x", 9) = 1 <0.0120>
    1 0.010 read(4<AC>, "x", 9) = 1 <0.0201>
    """,
        "0.015 B sends 1\n0.030 A sends 1",
    )

    assert harms(found) == []


def test_futex_of_a_thread_that_waits_for_its_child_to_start_is_no_neglect() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>
    1 0.0105 futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0 <0.0100>
    2 0.020 futex(0x7f, FUTEX_WAKE_PRIVATE, 1) = 1 <0.0001>
    2 0.022 read(5<BC>, "x", 9) = 1 <0.0001>
    """,
        "0.008 B sends 1",
    )

    assert harms(found) == []


def test_client_that_does_not_read_may_be_left_to_wait() -> None:
    trace = BOTH + '1 0.010 read(4<AC>, "x", 9) = 1 <0.0201>\n'
    log = "{stops}0.015 B sends 1\n0.030 A sends 1"

    assert harms(ledger(trace, log.format(stops="0.009 B stops reading\n"))) == []
    assert len(harms(ledger(trace, log.format(stops="")))) == 1
    again = "0.009 B stops reading\n0.010 B reads again\n"
    assert len(harms(ledger(trace, log.format(stops=again)))) == 1


@pytest.mark.parametrize("accepted", ["= 5<BC>", "= -1 EAGAIN (Not now)"])
def test_client_in_the_queue_is_neglected_by_a_sleep_on_another(accepted: str) -> None:
    found = ledger(
        f"""
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.0015 read(4<AC>, "x", 9) = 1 <0.0286>
    1 0.031 accept(3<LISTENER>, NULL, NULL) {accepted} <0.0001>
    """,
        "0.030 A sends 1",
    )

    assert harms(found) == [("read", (neglect("B", 0.002, 0.030, unread=0),))]


def test_bytes_that_a_reset_has_thrown_away_wait_for_nobody() -> None:
    gone = "1 0.010 read(4<AC>, 0x7f, 9) = -1 ECONNRESET (Gone) <0.0001>\n"
    trace = f'{BOTH}{gone}1 0.012 read(5<BC>, "x", 9) = 1 <0.4000>\n'
    log = "0.005 A sends 3\n{reset}0.410 B sends 1"

    assert harms(ledger(trace, log.format(reset="0.006 A resets\n"))) == []
    assert len(harms(ledger(trace, log.format(reset="")))) == 1


def test_wake_up_that_was_lost_is_proven_by_a_moment() -> None:
    """An edge-triggered epoll_wait covers B, and yet nobody wakes it: all slept, B had bytes."""
    seen = moment(
        activity=Activity.RESTING,
        connections=(connection("B", unread=7),),
        at_ns=20_000_000,
    )
    trace = (
        BOTH
        + """
    1 0.003 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN|EPOLLET, data={u32=5, u64=5}}) = 0 <0.0001>
    1 0.010 epoll_wait(9<EPOLL>,  <unfinished ...>
    1 0.040 +++ killed by SIGKILL +++
    """
    )
    log = COME + "0.005 B sends 7"

    rests = (0.020, 0.030)

    found = analysed(trace, log, rests=rests, moments=(seen,)).ledger

    assert analysed(trace, log, rests=rests).ledger.harmful == ()
    (slept,) = found.harmful
    assert (slept.syscall, slept.neglected) == (
        "epoll_wait",
        (Neglect(client="B", unread=7, started_ns=9_000_000, ended_ns=29_000_000),),
    )


def test_life_is_asleep_or_awake() -> None:
    found = ledger(
        BOTH
        + """
    1 0.010 read(4<AC>, "x", 9) = 1 <0.0201>
    1 0.040 +++ exited with 0 +++
    """,
        "0.030 A sends 1",
    )

    (life,) = found.lives
    assert (life.name, life.started_ns, life.ended_ns) == ("main", 0, 39_000_000)
    assert (life.asleep_ns, life.awake_ns) == (20_100_000, 18_900_000)


def test_run_without_any_trace_of_the_program_has_marks_only() -> None:
    found = analysed("1 0.001 +++ exited with 1 +++", "0.001 A connects").ledger

    assert (found.sleeps, len(found.marks), found.totals.calls) == ((), 1, 0)
