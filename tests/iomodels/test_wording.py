import pytest
from hypothesis import given
from hypothesis import strategies as st

from iomodels import wording
from iomodels.record import Activity, Sleep, Wait
from tests.iomodels.examples import moment, sleep


@pytest.mark.parametrize(
    ("clients", "said"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A, B, C and D"),
        (["A", "B", "C", "D", "E"], "A, B, C and 2 others"),
        ([f"C{number}" for number in range(1, 101)], "C1, C2, C3 and 97 others"),
    ],
)
def test_names_lists_few_and_counts_many(clients: list[str], said: str) -> None:
    assert wording.names(clients) == said


@pytest.mark.parametrize(
    ("number", "thing", "said"),
    [
        (0, "byte", "0 bytes"),
        (1, "byte", "1 byte"),
        (2, "byte", "2 bytes"),
        (1024, "byte", "1,024 bytes"),
        (1, "process", "1 process"),
        (2, "process", "2 processes"),
    ],
)
def test_count_has_a_plural_for_all_but_one(number: int, thing: str, said: str) -> None:
    assert wording.count(number, thing) == said


@pytest.mark.parametrize(("number", "said"), [(0, "are"), (1, "is"), (2, "are")])
def test_agree_has_a_plural_for_all_but_one(number: int, said: str) -> None:
    assert wording.agree(number, "is", "are") == said


@pytest.mark.parametrize(
    ("nanoseconds", "said"),
    [
        (1, "1e-06 ms"),
        (20_000, "0.02 ms"),
        (49_987_123, "50 ms"),
        (994_000_000, "990 ms"),
        (999_499_999, "1000 ms"),
        (999_500_000, "1 s"),
        (1_500_000_000, "1.5 s"),
        (3_599_900_000_000, "3600 s"),
    ],
)
def test_duration_rounds_to_two_digits(nanoseconds: int, said: str) -> None:
    assert wording.duration(nanoseconds) == said


@given(st.integers(min_value=1_000, max_value=3_600 * 10**9))
def test_duration_is_never_more_than_a_twentieth_off(nanoseconds: int) -> None:
    number, unit = wording.duration(nanoseconds).split()

    said_ns = float(number) * {"ms": 10**6, "s": 10**9}[unit]
    assert abs(said_ns - nanoseconds) <= nanoseconds / 19


@pytest.mark.parametrize(
    ("syscall", "said"),
    [("pselect6", "select"), ("accept4", "accept"), ("recvfrom", "recvfrom"), ("999", "999")],
)
def test_call_name_is_the_c_librarys(syscall: str, said: str) -> None:
    assert wording.call_name(syscall) == said


@pytest.mark.parametrize(("line", "said"), [(23, " (server.py, line 23)"), (None, ""), (0, "")])
def test_place_is_said_where_it_is_known(line: int | None, said: str) -> None:
    assert wording.place(line) == said


def test_place_names_the_programs_own_file() -> None:
    assert wording.place(23, file_name="server.c") == " (server.c, line 23)"


@pytest.mark.parametrize(
    ("sleeping", "said"),
    [
        (sleep("recvfrom", "A"), "asleep in recvfrom on A's connection"),
        (sleep("recvfrom", "A", "B"), "asleep in recvfrom, waiting for A and B"),
        (sleep("read"), "asleep in read"),
        (sleep("sendto", "A"), "asleep in sendto to A, who does not read"),
        (sleep("accept4"), "asleep in accept, waiting for a new client"),
        (sleep("poll"), "asleep in poll, watching no client"),
        (sleep("poll", accepts=True), "asleep in poll, watching new clients"),
        (sleep("epoll_pwait", "A", "B"), "asleep in epoll_wait, watching A and B"),
        (
            sleep("pselect6", "A", accepts=True, timeout_ns=50_000_000),
            "asleep in select, watching A and new clients for up to 50 ms",
        ),
        (sleep("clock_nanosleep", timeout_ns=10**9), "asleep in nanosleep for up to 1 s"),
        (sleep("clock_nanosleep", timeout_ns=0), "asleep in nanosleep"),
        (sleep("futex"), "asleep in futex, waiting for another thread"),
        (sleep("wait4"), "asleep in wait4, waiting for another process"),
        (sleep("pause"), "asleep in pause"),
        (sleep("io_uring_enter", wait=Wait.OTHER), "asleep in io_uring_enter"),
    ],
)
def test_asleep_says_in_what_call_and_on_whom(sleeping: Sleep, said: str) -> None:
    assert wording.asleep(sleeping) == said


@pytest.mark.parametrize(
    ("activity", "said"), [(Activity.ENDED, "ended"), (Activity.BUSY, "running")]
)
def test_doing_needs_no_sleep(activity: Activity, said: str) -> None:
    assert wording.doing(moment(activity=activity)) == said


def test_doing_says_nothing_of_a_moment_that_nobody_saw() -> None:
    assert wording.doing(None) == ""


def test_doing_of_one_thread_is_its_sleep() -> None:
    one = moment(sleep("recvfrom", "A", timeout_ns=2_000_000))

    assert wording.doing(one) == "asleep in recvfrom on A's connection for up to 2 ms"


def test_doing_counts_threads_that_sleep_alike() -> None:
    many = moment(sleep("accept4"), sleep("futex"), sleep("futex"))

    assert wording.doing(many) == (
        "2 threads asleep in futex, waiting for another thread; "
        "1 thread asleep in accept, waiting for a new client"
    )


def test_doing_names_three_kinds_of_sleep_and_counts_the_rest() -> None:
    readers = [sleep("recvfrom", client) for client in "ABCDE"]

    assert wording.doing(moment(*readers)) == (
        "1 thread asleep in recvfrom on A's connection; "
        "1 thread asleep in recvfrom on B's connection; "
        "1 thread asleep in recvfrom on C's connection; 2 more threads asleep"
    )
