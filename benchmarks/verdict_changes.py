"""Whether the same program gets the same verdict each time, on a machine that is overloaded.

FLAKES_REPEATS says how often each server is graded (5 if not given; `make flakes`: 100).
"""

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from benchmarks.echo_select import EXERCISE, FILES, RIGHT, WRONG_SERVERS, file_name_of
from benchmarks.load import spinning
from benchmarks.measurement import Measurement
from grader.harness.examination import examine
from grader.harness.exercise import WRONG
from grader.harness.gate import claim
from iomodels.report import Report

NAME = "verdict-changes"
REPEATS = int(os.environ.get("FLAKES_REPEATS", "5"))
SPINNERS, AT_ONCE = 4, 4


def measure() -> list[Measurement]:
    """Grade the solution and each wrong server many times; print a table of what came out."""
    servers = {"solution.py": RIGHT} | WRONG_SERVERS
    with spinning(SPINNERS), ThreadPoolExecutor(AT_ONCE) as pool:
        changed = sum(_changes(pool, name, program) for name, program in servers.items())
    return [
        Measurement(
            what=f"changed verdicts in {REPEATS} x {len(servers)} gradings under load",
            measured=changed,
            to_reach=0,
            unit="",
        ),
    ]


def _changes(pool: ThreadPoolExecutor, name: str, program: bytes) -> int:
    file_name = file_name_of(name)
    reports = pool.map(
        lambda _: examine(EXERCISE, program, file_name=file_name).report, range(REPEATS)
    )
    verdicts = Counter(_verdict(name, report) for report in reports)
    shown = ", ".join(f"{count} x {verdict}" for verdict, count in verdicts.most_common())
    print(f"  {name:28} {shown}", file=sys.stderr, flush=True)
    return REPEATS - max(verdicts.values())


def _verdict(name: str, report: Report) -> str:
    """Return outcome and points, and for a wrong server whether its stated reason was found."""
    verdict = f"{report.outcome.value} {report.points}"
    if name in WRONG_SERVERS:
        is_caught = claim(name, FILES[WRONG + name]).holds(report)
        verdict += " for its reason" if is_caught else " for ANOTHER reason"
    return verdict
