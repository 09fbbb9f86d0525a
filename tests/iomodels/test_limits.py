import pytest

from iomodels.demands import Demands
from iomodels.judging import Task, judge
from iomodels.record import Bound, Failing, Moment, Outcome, Record, Strike
from iomodels.rules import findings
from iomodels.trace.sifting import pack
from tests.iomodels.examples import (
    GONE,
    NOT_ANSWERED,
    ON_A,
    SPINNING,
    explained,
    failed,
    moment,
    scenario,
    seen,
    step,
)

MIB = 1 << 20
FULL = "OSError: [Errno 28] No space left on device"


def message(output: str = "", *strikes: Strike, **ended: object) -> tuple[str, str]:
    """Return rule and message for a program that was gone when it was needed."""
    failing = seen(NOT_ANSWERED, GONE, output=output, strikes=strikes, **ended)
    found = findings(failing.scenario, Demands())[0]
    return found.rule, found.message


def traceback(error: str) -> str:
    return f'Traceback (most recent call last):\n  File "/w/server.py", line 7, in f\n{error}\n'


@pytest.mark.parametrize(
    ("seen_then", "then", "line"),
    [
        (SPINNING, " while it was running (server.py, line 8)", 8),
        (
            moment(ON_A),
            " while it was asleep in recvfrom on A's connection (server.py, line 23)",
            23,
        ),
        (GONE, "", None),
        (None, "", None),
    ],
)
def test_a_program_that_was_stopped_is_told_by_what_and_at_what(
    seen_then: Moment | None, then: str, line: int | None
) -> None:
    failure = failed(Failing.LIMIT, detail="it used 256 MiB of memory, its limit")

    found = explained(failure, seen_then)

    assert found.message == f"The program was stopped: it used 256 MiB of memory, its limit{then}."
    assert (found.rule, found.source_line) == ("within-limits", line)


@pytest.mark.parametrize(
    ("strike", "met"),
    [
        (
            Strike(bound=Bound.PROCESSES, allowed=64, by="clone", times=3),
            "have 64 processes and threads at a time, and clone was refused 3 times",
        ),
        (
            Strike(bound=Bound.OPEN_FILES, allowed=1024, by="accept4"),
            "have 1,024 files and sockets open in each process, and accept4 was refused once",
        ),
        (
            Strike(bound=Bound.FILE_SIZE, allowed=16 * MIB, by="SIGXFSZ"),
            "write 16 MiB into a file, and was ended by SIGXFSZ",
        ),
        (Strike(bound=Bound.SPACE, allowed=32 * MIB), "keep 32 MiB in /tmp"),
        (Strike(bound=Bound.FILES, allowed=2048), "keep 2,048 files in /tmp"),
        (
            Strike(bound=Bound.ADDRESSES, allowed=4 << 30),
            "have 4 GiB of addresses in each process",
        ),
        (
            Strike(bound=Bound.CPU, allowed=10, by="SIGXCPU"),
            "use 10 s of CPU time, and was ended by SIGXCPU",
        ),
    ],
)
def test_a_limit_that_was_met_explains_why_the_program_is_gone(strike: Strike, met: str) -> None:
    rule, said = message("", strike)

    assert rule == "within-limits"
    assert said == f"The program met a limit: it may {met}."


def test_the_last_words_of_a_program_that_met_a_limit_are_repeated() -> None:
    strike = Strike(bound=Bound.SPACE, allowed=32 * MIB)

    _, said = message(traceback(FULL), strike, exit_code=1)

    assert said.endswith(f"keep 32 MiB in /tmp. It ended with {FULL} (server.py, line 7).")


def test_a_limit_that_was_met_explains_an_answer_that_did_not_come() -> None:
    strike = Strike(bound=Bound.PROCESSES, allowed=64, by="clone", times=36)
    waiting = seen(NOT_ANSWERED, moment(ON_A), strikes=(strike,))

    (found,) = findings(waiting.scenario, Demands())

    assert found.rule == "within-limits"
    assert "clone was refused 36 times while it was asleep in recvfrom" in found.message


def test_a_limit_that_was_met_does_not_explain_wrong_bytes() -> None:
    strike = Strike(bound=Bound.OPEN_FILES, allowed=1024, by="accept4")
    wrong = seen(failed(Failing.WRONG_BYTES), moment(ON_A), strikes=(strike,))

    assert findings(wrong.scenario, Demands())[0].rule == "answers"


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (
            traceback("PermissionError: [Errno 1] Operation not permitted"),
            "system calls that reach into other processes, the machine or the kernel are refused",
        ),
        ("unshare: Operation not permitted\n", "are refused"),
        ("x\nsocket: Address family not supported by protocol\n", "UNIX, INET and INET6 only"),
        (
            traceback("OSError: [Errno 30] Read-only file system: '/w/log'"),
            "files can be written in /tmp only",
        ),
        (traceback("OSError: [Errno 101] Network is unreachable"), "no network but 127.0.0.1"),
        (
            traceback("socket.gaierror: [Errno -3] Temporary failure in name resolution"),
            "no name server",
        ),
    ],
)
def test_what_the_sandbox_does_not_give_is_told(last: str, why: str) -> None:
    rule, said = message(last, exit_code=1)

    assert rule == "asks-for-what-there-is"
    assert said.startswith("The program ended with status 1: ")
    assert said.endswith(".")
    assert why in said.partition(". In the sandbox ")[2]


def test_a_call_by_the_numbers_of_another_machine_is_told() -> None:
    rule, said = message("", exit_code=None, exit_signal="SIGSYS")

    assert rule == "asks-for-what-there-is"
    assert "killed by SIGSYS. In the sandbox system calls by the numbers of another" in said


@pytest.mark.parametrize(
    ("output", "code"),
    [
        (traceback("ValueError: Operation not permitted here"), 1),
        (traceback("OSError: [Errno 10] No child processes"), 1),
        (traceback("PermissionError: [Errno 1] Operation not permitted"), 0),
        ("", 1),
    ],
)
def test_other_ends_are_explained_by_other_rules(output: str, code: int) -> None:
    assert message(output, exit_code=code)[0] == "stays-up"


@pytest.mark.parametrize(
    ("demands", "rules"),
    [
        (Demands(), []),
        (Demands(at_most_threads=1), []),
        (Demands(model="select"), ["within-limits"]),
        (Demands(waits_for_everyone=True), ["within-limits"]),
    ],
)
def test_a_trace_that_is_not_whole_proves_nothing(demands: Demands, rules: list[str]) -> None:
    flooded = scenario(step(), trace_lost_bytes=5)

    assert [found.rule for found in findings(flooded, demands)] == rules


def test_a_server_whose_model_shows_nowhere_has_not_passed_where_one_is_asked_for() -> None:
    silent = scenario(step(), trace=pack("1 1.000000000 +++ exited with 0 +++\n"))
    record = Record(scenarios=(silent,), seed=1)
    tasks = [Task(name="one", points=5, script="")]

    asked = judge("x", tasks, Demands(model="select"), record)
    not_asked = judge("x", tasks, Demands(), record)

    assert (asked.outcome, not_asked.outcome) == (Outcome.UNDECIDED, Outcome.PASSED)
    assert "could it be told how the server waits" in asked.verdict
