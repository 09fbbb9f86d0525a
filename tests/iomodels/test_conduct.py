import pytest

from iomodels.conduct import Listens
from iomodels.demands import Demands
from iomodels.record import Activity, Failing, Moment, Outcome, Sleep
from iomodels.rules import findings
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
    sleep,
    step,
)


@pytest.mark.parametrize(
    ("detail", "seen_then", "what"),
    [
        ("4321", moment(ON_A), "It listens on port 4321 instead (server.py, line 23)"),
        (
            "",
            moment(sleep("clock_nanosleep")),
            "It listens on no port at all; it is asleep in nanosleep",
        ),
        ("", SPINNING, "It listens on no port at all; it is running (server.py, line 8)"),
        ("", None, "It listens on no port at all; it is running"),
    ],
)
def test_a_server_that_does_not_listen_is_told_where_it_is(
    detail: str, seen_then: Moment | None, what: str
) -> None:
    message = explained(failed(Failing.NOT_LISTENING, detail=detail), seen_then).message

    assert message == (
        f"The server never listened on its port. {what}. "
        "The port is in the environment variable PORT and in the first argument."
    )


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        ({"exit_code": 0}, "with status 0"),
        ({"exit_signal": "SIGSEGV"}, "killed by SIGSEGV"),
        (
            {"exit_code": 1, "output": '  File "/w/server.py", line 7\nOSError: broken\n'},
            "with status 1: OSError: broken (server.py, line 7)",
        ),
    ],
)
def test_a_server_that_ended_is_told_how(ending: dict[str, object], how: str) -> None:
    what_was_seen = seen(NOT_ANSWERED, GONE, **ending)

    (finding,) = findings(what_was_seen.scenario, Demands())

    assert finding.message == f'The program ended at “B receives "x"”, {how}.'


def test_a_server_that_never_came_up_ended_before_the_script_began() -> None:
    start = step(Outcome.FAILED, line=0, failure=failed(Failing.NOT_LISTENING, None), moment=GONE)

    (finding,) = findings(scenario(start, exit_code=1), Demands())

    assert finding.message == "The program ended before it listened on its port, with status 1."


def test_a_server_that_ended_is_not_told_to_listen() -> None:
    assert Listens().explain(seen(failed(Failing.NOT_LISTENING, None), GONE)) is None


def test_a_server_that_was_to_exit_is_not_told_to_stay_up() -> None:
    failure = failed(Failing.EXITED, None, expected="0", received="2")

    finding = explained(failure, GONE)

    assert (finding.rule, finding.message) == (
        "answers",
        "The server exited with 2, not with 0.",
    )


@pytest.mark.parametrize(
    ("nap", "what", "line"),
    [
        (
            sleep("pselect6", "A", timeout_ns=20_000_000, source_line=9),
            (
                "wakes up by itself again and again: it is asleep in select, watching A for up "
                "to 20 ms (server.py, line 9). Sleep without a time-out in a call that watches "
                "everybody"
            ),
            9,
        ),
        (
            None,
            "runs without ever falling asleep: it is spinning (server.py, line 8)",
            8,
        ),
    ],
)
def test_a_server_that_does_not_rest_wakes_or_spins(
    nap: Sleep | None, what: str, line: int
) -> None:
    restless = moment(nap, activity=Activity.TIMED) if nap else SPINNING

    finding = explained(failed(Failing.NOT_RESTING, None), restless)

    message = f"Nobody has anything to say, and the server {what}."
    assert (finding.rule, finding.message, finding.source_line) == ("rests", message, line)
