"""What the trace costs: reading and judging it, and a grading with it beside one without."""

import re
import statistics
import time
from dataclasses import replace

from benchmarks.echo_select import EXERCISE, RIGHT
from benchmarks.measurement import Measurement
from grader.harness.examination import Examination, examine
from iomodels.analysis import analyse
from iomodels.figures.timeline import timeline
from iomodels.record import Outcome, ScenarioRecord
from iomodels.trace.sifting import pack, unpack

NAME = "tracing"
ROUNDS = 11
LINES = 100_000
MOST_US_PER_LINE = 10.0  # 100,000 lines a second.
MOST_TIMES = 1.6


def measure() -> list[Measurement]:
    """Judge a long trace in this process's own time; grade with and without a trace in turns."""
    played = examine(EXERCISE, RIGHT, seed=1)
    with_trace, without = [], []
    for _ in range(ROUNDS):
        without.append(_grading_s(is_traced=False))
        with_trace.append(_grading_s(is_traced=True))
    return [
        Measurement(
            what=f"reading and judging a line of a trace of {LINES:,}, on one core",
            measured=_us_per_line(played),
            to_reach=MOST_US_PER_LINE,
            unit="us",
        ),
        Measurement(
            what=f"a grading with trace and figures / without (medians of {ROUNDS})",
            measured=statistics.median(with_trace) / statistics.median(without),
            to_reach=MOST_TIMES,
            unit="times",
        ),
    ]


def _us_per_line(played: Examination) -> float:
    """Judge one scenario's trace, over and over as if the server had gone on, in CPU time."""
    record = max(
        (one for one in played.record.scenarios if "megabyte" in one.name),
        key=lambda one: len(one.trace),
    )
    long = _prolonged(record)
    lines = unpack(long.trace).count("\n")
    best_ns = min(_judging_ns(long) for _ in range(ROUNDS))
    return best_ns / lines / 1000


def _prolonged(record: ScenarioRecord) -> ScenarioRecord:
    """Return the record with its trace and its clients' log repeated, each time a second later."""
    text = unpack(record.trace)
    times = LINES // text.count("\n") + 1
    pieces, events = [], []
    for number in range(times):
        pieces.append(_later(text, number))
        events += [
            replace(
                event,
                started_ns=event.started_ns + number * 10**9,
                ended_ns=event.ended_ns + number * 10**9,
            )
            for event in record.events
        ]
    return replace(record, trace=pack("".join(pieces)), events=tuple(events), moments=(), rests=())


def _later(text: str, seconds: int) -> str:
    return re.sub(
        r"^(\d+ +)(\d+)\.",
        lambda found: f"{found[1]}{int(found[2]) + seconds}.",
        text,
        flags=re.MULTILINE,
    )


def _judging_ns(record: ScenarioRecord) -> int:
    started_ns = time.process_time_ns()
    analyse(record)
    return time.process_time_ns() - started_ns


def _grading_s(*, is_traced: bool) -> float:
    started = time.monotonic()
    done = examine(EXERCISE, RIGHT, is_traced=is_traced)
    if done.report.outcome is not Outcome.PASSED:
        raise SystemExit(f"The solution did not pass: {done.report.verdict}")
    if is_traced:  # The figure that its result page shows.
        timeline(analyse(done.record.scenarios[0]).ledger, title=EXERCISE.title)
    return time.monotonic() - started
