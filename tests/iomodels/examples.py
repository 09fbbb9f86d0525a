"""Records made by hand: what is not named in a test is as plain as it can be."""

from typing import Any

from iomodels.calls import call
from iomodels.demands import Demands
from iomodels.explanation import Seen
from iomodels.record import (
    Activity,
    Connection,
    Failing,
    Failure,
    Moment,
    Outcome,
    ScenarioRecord,
    Sleep,
    StepRecord,
)
from iomodels.report import Finding
from iomodels.rules import findings


def sleep(syscall: str, *waits_for: str, **values: Any) -> Sleep:
    """Return a sleep in a system call that these clients can end."""
    plain: dict[str, Any] = {
        "thread_id": 1,
        "wait": call(syscall).wait,
        "accepts": syscall.startswith("accept"),
        "timeout_ns": None,
        "source_line": None,
    }
    return Sleep(syscall=syscall, waits_for=waits_for, **{**plain, **values})


def connection(client: str, **values: Any) -> Connection:
    """Return an accepted connection with nothing under way."""
    return Connection(client=client, **{"is_accepted": True, "unread": 0, "unsent": 0, **values})


def moment(*sleeps: Sleep, **values: Any) -> Moment:
    """Return a server at rest in these sleeps."""
    plain: dict[str, Any] = {
        "activity": Activity.RESTING,
        "connections": (),
        "processes": 1,
        "cpu_ns": 0,
        "slept_ns": 0,
    }
    return Moment(sleeps=sleeps, **{**plain, **values})


def step(outcome: Outcome = Outcome.PASSED, **values: Any) -> StepRecord:
    return StepRecord(outcome=outcome, **{"line": 4, "text": 'B receives "x"', **values})


def scenario(*steps: StepRecord, **values: Any) -> ScenarioRecord:
    """Return a scenario of one process and one thread that was alive at its end."""
    plain: dict[str, Any] = {
        "name": "one",
        "output": "",
        "exit_code": None,
        "exit_signal": None,
        "most_threads": 1,
        "most_processes": 1,
        "tasks_made": 1,
        "cpu_ns": 0,
        "memory_bytes": 0,
        "took_ns": 0,
    }
    return ScenarioRecord(steps=steps, **{**plain, **values})


def seen(failure: Failure, moment: Moment | None = None, **values: Any) -> Seen:
    """Return a failed step in its scenario."""
    failed = step(Outcome.FAILED, failure=failure, moment=moment)
    return Seen(scenario=scenario(failed, **values), step=failed, failure=failure)


def failed(failing: Failing, client: str | None = "B", **values: Any) -> Failure:
    return Failure(failing=failing, client=client, **values)


def explained(failure: Failure, moment: Moment | None = None) -> Finding:
    """Return the one finding on a scenario with one failed step."""
    (finding,) = findings(seen(failure, moment).scenario, Demands())
    return finding


# B waits; A keeps the server.
NOT_ANSWERED = failed(Failing.NOT_ANSWERED, expected='"x"', missing=1)
BOTH = (connection("A"), connection("B"))
ON_A = sleep("recvfrom", "A", source_line=23)
GONE = moment(activity=Activity.ENDED)
SPINNING = moment(activity=Activity.BUSY, running_line=8)
