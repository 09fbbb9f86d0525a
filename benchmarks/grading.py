"""What a whole grading of the main exercise takes, and how many pass through in a minute."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.echo_select import EXERCISE, RIGHT
from benchmarks.measurement import Measurement
from grader.harness.examination import examine
from iomodels.record import Outcome

NAME = "grading"
ROUNDS = 9
MOST_S = 2.0
AT_ONCE, GRADINGS = 2, 20
MOST_S_EACH = 60 / 40  # Forty a minute.


def measure() -> list[Measurement]:
    """Grade the solution again and again, one by one and then two at a time."""
    alone = [_grading_s() for _ in range(ROUNDS)]
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: _grading_s(), range(GRADINGS)))
    each = (time.monotonic() - started) / GRADINGS
    return [
        Measurement(
            what=f"one grading of echo-select (median of {ROUNDS})",
            measured=statistics.median(alone),
            to_reach=MOST_S,
            unit="s",
        ),
        Measurement(
            what=f"a grading when {AT_ONCE} run at a time (mean of {GRADINGS})",
            measured=each,
            to_reach=MOST_S_EACH,
            unit="s",
        ),
    ]


def _grading_s() -> float:
    started = time.monotonic()
    done = examine(EXERCISE, RIGHT)
    if done.report.outcome is not Outcome.PASSED:
        raise SystemExit(f"The solution did not pass: {done.report.verdict}")
    return time.monotonic() - started
