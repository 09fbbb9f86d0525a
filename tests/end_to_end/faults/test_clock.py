"""A machine whose clock is set by an hour, forth and back, in mid-grading."""

import mmap
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.faults.databases import Sqlite
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.work import ALL_GRADED, Work

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

SOURCE = Path(__file__).parent / "clock.c"
HOUR_S = 3600

Step = Callable[[int], None]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Compile the clock that can be set."""
    made = tmp_path / "clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", made, SOURCE], check=True)
    return made


@pytest.fixture
def step(tmp_path: Path) -> Iterator[Step]:
    """Give the function that says by how many seconds every process of the site is wrong."""
    (tmp_path / "clock").write_bytes(bytes(8))
    with (tmp_path / "clock").open("r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
        yield lambda seconds: struct.pack_into("=q", memory, 0, seconds)


@pytest.fixture
def site(tmp_path: Path, library: Path, step: Step) -> Iterator[Site]:
    environment = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(tmp_path / "clock")}
    made = Site(tmp_path, Sqlite(tmp_path), environment=environment)
    try:
        made.start()
        yield made
    finally:
        made.kill()


def test_a_clock_that_is_stepped_takes_no_run_from_its_worker(site: Site, step: Step) -> None:
    for seconds in (HOUR_S, -HOUR_S, 0):
        work = Work(site)

        step(seconds)

        assert work.finish() == ALL_GRADED
        endings = [work.endings(attempt) for attempt in work.handed_in]
        assert endings == [[("recorded", False)]] * len(endings)

    # Else the clock was never stepped.
    assert max(_graded_within_h(site)) >= 1
    assert min(_graded_within_h(site)) <= -1


def _graded_within_h(site: Site) -> list[int]:
    """Return how many hours each run took by the site's own clock."""
    rows = site.database.rows(
        "SELECT round((julianday(finished_at) - julianday(started_at)) * 24) FROM grader_run"
    )
    return [int(hours) for (hours,) in rows]
