"""What docs/operations.md tells operators to do: workers elsewhere, a backup, a restore."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.end_to_end.faults.audit import CLEAN, Audit, audit
from tests.end_to_end.faults.brokers import Broker
from tests.end_to_end.faults.databases import Postgres, Sqlite
from tests.end_to_end.faults.site import COURSE, ROOT, Site
from tests.end_to_end.faults.students import RIGHT, WRONG
from tests.end_to_end.processes import until
from tests.end_to_end.site_fixtures import is_serving

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

DOCUMENT = ROOT / "docs" / "operations.md"


def _told(heading: str) -> list[str]:
    """Return the words of the first command under a heading of the document."""
    section = DOCUMENT.read_text().partition(f"## {heading}\n")[2]
    found = re.search(r"^```\n(.*?)\n```$", section, re.DOTALL | re.MULTILINE)
    assert found, f"There is no command under {heading!r}."
    return shlex.split(found[1])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as ends:
        yield ends


def test_workers_of_another_machine_need_two_addresses(tmp_path: Path, stack: ExitStack) -> None:
    # Not in pytest's own folder, which only its owner may enter.
    folder = stack.enter_context(TemporaryDirectory(prefix="iomodels-db-"))
    database, broker = Postgres(Path(folder)), Broker(tmp_path)
    stack.callback(database.end)
    broker.start()
    stack.callback(broker.kill)
    parts = {"front": ["sweep", "web"], "grader": ["worker", "regrade"]}
    sites = {name: _part(tmp_path / name, database, broker, only) for name, only in parts.items()}
    for site in sites.values():
        stack.callback(site.kill)

    front = sites["front"]
    front.begin()
    until(lambda: is_serving(front.port), within_s=90, what="the front serves pages")
    front.manage("load_course", str(COURSE))
    [ada] = front.students(1)
    attempt = ada.submit(RIGHT)
    _, page = ada.get(f"/attempts/{attempt}/")
    sites["grader"].begin()

    assert "No grader is at work at the moment." in page
    until(lambda: front.is_over(attempt), within_s=90, what="the other machine has graded it")
    assert front.run_of(attempt)[2] == "passed"


def _part(folder: Path, database: Postgres, broker: Broker, only: list[str]) -> Site:
    folder.mkdir()
    return Site(folder, database, environment={"REDIS_URL": broker.url}, only=only)


def test_a_backup_in_mid_grading_is_whole_and_grades_on(tmp_path: Path, stack: ExitStack) -> None:
    database = Sqlite(tmp_path)
    first = Site(tmp_path, database)
    stack.callback(first.kill)
    first.start()
    ada, bob = first.students(2)
    handed_in: dict[int, str] = {}
    for _ in range(4):
        handed_in |= {ada.submit(RIGHT): "passed", bob.submit(WRONG): "failed"}

    backup = tmp_path / "backup.sqlite3"
    python, option, code = _told("Back up")
    code = code.replace("var/site.sqlite3", str(database.path))
    code = code.replace("backup.sqlite3", str(backup))
    subprocess.run([python, option, code], cwd=ROOT, check=True)
    first.kill()

    (tmp_path / "second").mkdir()
    backup.rename(tmp_path / "second/site.sqlite3")
    second = Site(tmp_path / "second", Sqlite(tmp_path / "second"))
    stack.callback(second.kill)
    second.start()
    until(lambda: all(map(second.is_over, handed_in)), within_s=120, what="all is graded")
    assert audit(second.database, handed_in) == Audit(submitted=8, graded=8, **CLEAN)
