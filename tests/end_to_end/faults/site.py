"""A whole site under test: supervisor, broker, sweep, workers and web, on a database of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import redis

from config import addresses
from tests.end_to_end.faults.databases import Database
from tests.end_to_end.faults.students import Student
from tests.end_to_end.processes import descendants, kill, until
from tests.end_to_end.site_fixtures import is_serving

ROOT = Path(__file__).parents[3]
COURSE = Path(__file__).parent / "course"

# How each part is known by its command line.
PARTS = {
    "broker": "unixsocket",  # Of its options at first, then of the title that it gives itself.
    "sweep": "manage.py sweep",
    "worker": "--hostname worker@",
    "regrade": "--hostname regrade@",
    "web": "uvicorn",
    "driver": "grader.harness.driver",
}
# What a worker logs when it has a result and no database.
KEPT = "What was found is kept until the database is there"

# A lease of a few seconds, looked at five times a second: a dead worker costs little of a test, and
# a living one is not taken for dead where the machine is busy.
QUICK = {
    "GRADER_LEASE_SECONDS": "4",
    "GRADER_SWEEP_SECONDS": "0.2",
    "GRADER_GRACE_SECONDS": "2",
}


class Site:
    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        environment: Mapping[str, str] | None = None,
        wrapper: Sequence[str] = (),
        only: Sequence[str] = (),
    ) -> None:
        """Prepare a site, or `only` some parts of one.

        `wrapper` is a command that ends in executing what stands behind it.
        """
        self._only = [*(("--only", *only) if only else ())]
        self.folder, self.database = folder, database
        self._wrapper = wrapper
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self._environment = {
            **os.environ,
            "IOMODELS_VAR": str(folder / "var"),
            "DATABASE_URL": database.url,
            "PORT": str(self.port),
            **QUICK,
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start all of it, and wait until it serves and grades."""
        self.begin()
        until(lambda: is_serving(self.port), within_s=90, what="the site serves pages")
        self.manage("load_course", str(COURSE))
        until(self.is_at_work, within_s=60, what="workers and sweep are at work")

    def begin(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._wrapper, sys.executable, "manage.py", "up", *self._only],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)

    @property
    def pid(self) -> int:
        assert self._process is not None, "The site was not started."
        return self._process.pid

    def kill(self) -> None:
        if self._process is not None:
            kill(self._process)

    def manage(self, *command: str) -> str:
        return self.python("manage.py", *command)

    def python(self, *command: str) -> str:
        # A site behind a wrapper may have a mount namespace of its own.
        enter = ["nsenter", f"--target={self.pid}", "--mount", f"--wd={ROOT}"]
        done = subprocess.run(
            [*(enter if self._wrapper else []), sys.executable, *command],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def students(self, count: int) -> list[Student]:
        """Make students who are signed in, at a site that serves."""
        until(lambda: is_serving(self.port), within_s=60, what="the site serves pages")
        printed = self.python("-m", "tests.end_to_end.faults.people", str(count))
        return [Student(port=self.port, **one) for one in json.loads(printed)]

    def pids(self, part: str) -> list[int]:
        """Return the processes of a part; of a worker its main process first."""
        pids = sorted(descendants(self.pid))
        return [pid for pid in pids if PARTS[part] in _command_line(pid)]

    def pid_of(self, part: str) -> int:
        """Return the main process of a part, as soon as the supervisor has it running."""
        found: list[int] = []

        def look() -> bool:
            # While one child is reaped, the kernel may leave out another: proc_pid_children(5).
            found[:] = self.pids(part)
            return bool(found)

        until(look, within_s=30, what=f"{part} runs")
        return found[0]

    def is_at_work(self) -> bool:
        parts = self.database.rows("SELECT name FROM grader_process")
        names = {name.partition("@")[0] for (name,) in parts}
        return names >= {"worker", "regrade", "sweep"}

    def run_of(self, attempt: int) -> tuple[int, str, str | None, str]:
        """Return the newest run of an attempt: its number, state, outcome and worker."""
        [row] = self.database.rows(
            "SELECT r.id, r.state, r.outcome, r.worker FROM grader_run r "
            "JOIN courses_attempt a ON a.submission_id = r.submission_id "
            f"WHERE a.id = {int(attempt)} ORDER BY r.id DESC LIMIT 1"
        )
        return row

    def is_running(self, attempt: int) -> bool:
        return self.run_of(attempt)[1] == "running"

    def is_over(self, attempt: int) -> bool:
        return self.run_of(attempt)[1] not in {"queued", "running"}

    def broker(self) -> redis.Redis:
        socket = addresses.embedded_socket(self.folder / "var")
        return redis.Redis.from_url(addresses.redis_url(socket), socket_timeout=5)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


def holder(run: tuple[int, str, str | None, str]) -> int:
    """Return the pid of the process that holds a run."""
    return int(run[3].rpartition(":")[2])


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""
