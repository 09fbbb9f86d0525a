"""The disk on which the site keeps its data is full, in mid-grading and at handing in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.faults.audit import CLEAN, Audit, audit
from tests.end_to_end.faults.databases import Row, Sqlite
from tests.end_to_end.faults.site import KEPT, Site
from tests.end_to_end.faults.students import RIGHT, SLOW
from tests.end_to_end.processes import until

pytestmark = [
    pytest.mark.queue,
    pytest.mark.sandbox,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk"),
]

DISK_MIB = 24


class Disk:
    """A small one of the site's own, in a mount namespace of its own: mount_namespaces(7)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        mount = f"mount -t tmpfs -o size={DISK_MIB}m,mode=700 tmpfs {folder}"
        self.wrapper = ("unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh")

    def inside(self, site: Site) -> Path:
        """Return its folder as everybody sees it: through a process for which it is mounted."""
        return Path(f"/proc/{site.pid}/root{self.folder}")


class Full:
    """Fills what is left of a folder's disk, until it is emptied again."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def __enter__(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                self._fill(file.fileno(), size)

    def __exit__(self, *_: object) -> None:
        self._ballast.unlink()

    @staticmethod
    def _fill(file: int, size: int) -> None:
        try:
            while os.write(file, bytes(size)):
                pass
        except OSError:
            return


class SqliteInside(Sqlite):
    """One that is asked from within the site's mount namespace.

    SQLite follows the links in a path by itself, and so would lead /proc/<pid>/root back to here.
    """

    def __init__(self, folder: Path, pid: Callable[[], int]) -> None:
        super().__init__(folder)
        self._pid = pid

    def rows(self, sql: str) -> list[Row]:
        ask = "import json, sqlite3, sys; _, path, sql = sys.argv; "
        ask += "print(json.dumps(sqlite3.connect(path, timeout=20).execute(sql).fetchall()))"
        enter = ["nsenter", f"--target={self._pid()}", "--mount", sys.executable, "-c", ask]
        said = subprocess.run([*enter, self.path, sql], capture_output=True, check=True)
        return [tuple(row) for row in json.loads(said.stdout)]


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    folder = tmp_path / "disk"
    folder.mkdir()
    return Disk(folder)


@pytest.fixture
def site(tmp_path: Path, disk: Disk) -> Iterator[Site]:
    made = Site(
        tmp_path,
        SqliteInside(disk.folder, lambda: made.pid),
        environment={"IOMODELS_VAR": str(disk.folder / "var")},
        wrapper=disk.wrapper,
    )
    try:
        made.start()
        yield made
    finally:
        made.kill()


def test_a_full_disk_loses_nothing(site: Site, disk: Disk) -> None:
    [ada] = site.students(1)
    attempt = ada.submit(SLOW)
    until(lambda: site.is_running(attempt), within_s=60, what="it is being graded")

    with Full(disk.inside(site)):
        until(lambda: KEPT in site.log(), within_s=120, what="a result is kept")
        status, page = ada.try_to_submit(RIGHT)

    assert (status, "Nothing was stored" in page) == (503, True)
    until(lambda: site.is_over(attempt), within_s=60, what="the result is recorded")
    assert audit(site.database, {attempt: "failed"}) == Audit(submitted=1, graded=1, **CLEAN)
    assert site.database.rows("SELECT ending FROM grader_try") == [("recorded",)]
