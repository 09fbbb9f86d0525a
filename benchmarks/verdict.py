"""From the action of a client that decides to the finding: a server asleep on another client."""

import statistics

from benchmarks.echo_select import WRONG_SERVERS, only
from benchmarks.load import spinning
from benchmarks.measurement import Measurement
from grader.harness.examination import examine
from iomodels.record import Outcome

NAME = "verdict"
ROUNDS = 30
SPINNERS = 4
MOST_MS, MOST_OVERLOADED_MS = 20.0, 100.0
SERVER, SCENARIO = "blocking-read.py", "A half line does not hold up another client"


def measure() -> list[Measurement]:
    """Examine the server that reads whole lines, on a quiet machine and on an overloaded one."""
    quiet = statistics.median(_finding_ms() for _ in range(ROUNDS))
    with spinning(SPINNERS):
        overloaded = statistics.median(_finding_ms() for _ in range(ROUNDS))
    return [
        Measurement(
            what=f"deciding action to finding (median of {ROUNDS})",
            measured=quiet,
            to_reach=MOST_MS,
            unit="ms",
        ),
        Measurement(
            what=f"the same beside {SPINNERS} spinning processes",
            measured=overloaded,
            to_reach=MOST_OVERLOADED_MS,
            unit="ms",
        ),
    ]


def _finding_ms() -> float:
    """Return the time of the step that failed and of the one before it, which made it fail."""
    record = examine(only(SCENARIO), WRONG_SERVERS[SERVER]).record
    steps = record.scenarios[0].steps
    failed = next(at for at, step in enumerate(steps) if step.outcome is Outcome.FAILED)
    return (steps[failed - 1].took_ns + steps[failed].took_ns) / 1e6
