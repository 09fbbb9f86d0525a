"""How soon a cancelled run's sandbox is gone: from the click to nobody left."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measurement import Measurement
from tests.end_to_end.faults.databases import Sqlite
from tests.end_to_end.faults.site import Site, holder
from tests.end_to_end.faults.students import SLOW, Student
from tests.end_to_end.processes import descendants, is_alive, until

NAME = "cancelling"
REPEATS = 10
MOST_S = 1.0


def measure() -> list[Measurement]:
    """Cancel a run in mid-grading, ten times, on a whole site."""
    with tempfile.TemporaryDirectory(prefix="iomodels-") as name:
        site = Site(Path(name), Sqlite(Path(name)))
        try:
            site.start()
            took = [_cancel(site, student) for student in site.students(REPEATS)]
        finally:
            site.kill()
    what = "a running run cancelled, from the click until its sandbox is gone"
    return [
        Measurement(what=f"{what}, {how}", measured=value, to_reach=MOST_S, unit="s")
        for how, value in (("median", statistics.median(took)), ("longest", max(took)))
    ]


def _cancel(site: Site, student: Student) -> float:
    attempt = student.submit(SLOW)
    until(lambda: bool(site.pids("driver")), within_s=60, what="it is being graded")
    run = site.run_of(attempt)
    family = descendants(holder(run)) - {holder(run)}
    began = time.monotonic()
    student.cancel(run[0])
    until(lambda: not any(map(is_alive, family)), within_s=60, what="its sandbox is gone")
    return time.monotonic() - began
