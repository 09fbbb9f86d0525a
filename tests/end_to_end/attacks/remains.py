"""What a battery could leave on the host: processes, mounts, namespaces, groups and files.

A network namespace lives as long as a process in it, which is counted, or a mount or a descriptor
that holds it.
"""

import ctypes
import os
import select
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.delegation import WORKERS
from tests.grader.sandbox.conftest import OF_TESTS, ORDINARY

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock")
# Those as whom programs run on the host, if root has started their drivers.
UIDS = {int(ORDINARY), *range(60_800, 60_800 + 64)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What there is of each."""

    processes: frozenset[int]
    namespaces: frozenset[str]
    mounts: frozenset[str]
    groups: frozenset[str]
    files: frozenset[str]


def adopt_orphans() -> None:
    """Become the parent of all who lose theirs below this process: so they can be counted."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def look() -> Remains:
    """Look at the host; of its files only at those of programs' uids."""
    return Remains(
        processes=frozenset(_below(os.getpid())),
        namespaces=frozenset(_held_namespaces()),
        mounts=frozenset(Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()),
        groups=frozenset(_groups()),
        files=frozenset(str(path) for place in PLACES for path in _of_programs(Path(place))),
    )


def those_who_stay(pids: frozenset[int]) -> list[int]:
    """Wait for orphans, which are this process's now; return who has not ended in ten seconds."""
    staying = []
    for pid in pids:
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pid)
            poll = select.poll()
            poll.register(pidfd, select.POLLIN)
            if not poll.poll(10_000):
                staying.append(pid)
            os.close(pidfd)
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return staying


def _below(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        lists = [(task / "children").read_text(encoding="utf-8") for task in tasks]
    except OSError:  # It has just ended.
        return []
    children = [int(child) for each in lists for child in each.split()]
    return [each for child in children for each in (child, *_below(child))]


def _held_namespaces() -> list[str]:
    found = []
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # The descriptor that lists them.
            found.append(str(path.readlink()))
    return [link for link in found if link.startswith("net:")]


def _groups() -> list[str]:
    """List the gradings' groups; whoever delegates one for a test counts what is left in it."""
    return [
        str(path)
        for tree in Path("/sys/fs/cgroup").glob("*/")
        for path in tree.rglob("iomodels-*/")
        if path.name != WORKERS and OF_TESTS not in str(path)
    ]


def _of_programs(place: Path) -> list[Path]:
    if not place.is_dir() or os.geteuid():  # An ordinary user's own files are like his programs'.
        return []
    found = [path for path in place.iterdir() if path.lstat().st_uid in UIDS]
    return [path for path in found if not path.name.startswith("iomodels-tests-")]
