"""The control groups of a grading: limits that the kernel itself keeps for a whole box.

Theory of operation, see cgroups(7). Somebody has to *delegate* a place in the tree of groups: an
operator (SANDBOX_CGROUP), systemd (Delegate=yes) or a container; on version 1 a process may always
make groups below its own if it may write there, as root may. Below that place each grading has a
group of its own, and in it one for the driver (with strace) and one for each box:

    DELEGATED ── iomodels-PID ─┬─ driver    a fence around what is ours
              └─ iomodels-workers (version 2: a group with groups has no processes itself)
                               └─ box-N     the program, and bubblewrap's pid 1

The outer process makes the grading's group before it gives root up, gives it to the uid that it
will be, and moves in; the driver makes the boxes' groups. bubblewrap is held back at --block-fd
until its child, which is not yet the program, stands in its group. Memory of every kind counts
there: shared mappings, files in /tmp, pipes, sockets' buffers. What does not fit is killed by the
kernel, which counts that.

A group outlives its processes: whoever started a grading calls `sweep()` once it is over, and so
does the next grading on this machine, for those whose starter was killed as well. A group that is
in use is told from one that was left behind by a lock on its directory, which the outer process
holds; it goes with it.
"""

import errno
import fcntl
import itertools
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import delegation
from grader.sandbox.delegation import CONTROLLERS, CPU, WORKERS, Place
from grader.sandbox.limits import MIB, Limits

PREFIX = "iomodels-"
# Ours, not the program's: Python with a record and a trace in it, strace, and helpers.
_DRIVER_BYTES, _DRIVER_PROCESSES = 1024 * MIB, 64
# In a box there is also bubblewrap's pid 1.
_NOT_THE_PROGRAMS = 1


class BoxGroup:
    """The group of one box at a time. What earlier boxes used in it is left out of its counts."""

    def __init__(self, place: Place) -> None:
        place.make()
        self._place = place
        self._limits: Limits | None = None
        self._cpu_before_ns = self._kills_before = 0

    def prepare(self, limits: Limits) -> None:
        """Bound the next box."""
        if limits != self._limits:
            _limit(
                self._place,
                memory_bytes=limits.memory_bytes,
                processes=limits.processes + _NOT_THE_PROGRAMS,
            )
        self._limits = limits
        self._cpu_before_ns += self.cpu_ns()
        self._kills_before += self.oom_kills()

    def add(self, pid: int) -> None:
        self._place.move(pid)

    def cpu_ns(self) -> int:
        """Return the CPU time of all that ran in the box, reaped by whomever; 0: not known."""
        if self._place.version == 2:
            used_ns = 1000 * _field(self._place.read("memory", "cpu.stat"), b"usage_usec")
        elif CPU in self._place.directories:
            used_ns = int(self._place.read(CPU, "cpuacct.usage"))
        else:
            return 0
        return used_ns - self._cpu_before_ns

    def oom_kills(self) -> int:
        """Return how many processes the kernel has killed here because the memory was used up."""
        name = "memory.events" if self._place.version == 2 else "memory.oom_control"
        return _field(self._place.read("memory", name), b"oom_kill") - self._kills_before


class Group:
    """The group of one grading, made by its outer process and used by its driver.

    `lock` is the descriptor that says that it is in use.
    """

    def __init__(self, place: Place, lock: int) -> None:
        self._place, self.lock = place, lock
        self._numbers = itertools.count()
        self._idle: list[BoxGroup] = []

    def take(self, limits: Limits) -> BoxGroup:
        """Return a group with nobody in it. To make one anew for each box would take 3 ms more."""
        if not self._idle:
            self._idle.append(BoxGroup(self._place.below(f"box-{next(self._numbers)}")))
        taken = self._idle.pop()
        taken.prepare(limits)
        return taken

    def give_back(self, group: BoxGroup) -> None:
        """Keep a group for the next box, once nobody is left in it."""
        self._idle.append(group)


def enter(place: Place, *, uid: int) -> Group:
    """Make the group of a grading, give it to a uid, and move this process into it."""
    try:
        sweep(place)
        if place.version == 2:
            _make_room(place)
        group, lock = _make_locked(place)
        driver = group.below("driver")
        if group.version == 2:
            _enable(group)
        driver.make()
        _limit(driver, memory_bytes=_DRIVER_BYTES, processes=_DRIVER_PROCESSES)
        for made in (group, driver):
            made.give_to(uid)
        driver.move(0)
    except OSError as error:
        raise SandboxUnavailable(f"The control groups cannot be used: {error}") from error
    return Group(group, lock)


def sweep(place: Place | None = None) -> None:
    """Remove the groups of gradings that are over."""
    place = place or delegation.find()
    first = place.directories["memory"] if place else None
    if place is None or first is None:
        return
    for path in delegation.directories_in(first):
        if path.name.startswith(PREFIX) and path.name != WORKERS:
            with suppress(OSError):
                _remove_if_left_behind(place.below(path.name), path)


def _make_room(place: Place) -> None:
    """Move what runs in a group of version 2 into one below: only an empty one can divide."""
    if set(CONTROLLERS) <= set(place.read("memory", "cgroup.subtree_control").decode().split()):
        return
    if not delegation.is_root_of_the_machine(place):
        # Again while there are any: a process may have forked since they were listed.
        while pids := place.read("memory", "cgroup.procs").split():
            _move_to_workers(place, [int(pid) for pid in pids])
    _enable(place)


def _move_to_workers(place: Place, pids: Sequence[int]) -> None:
    if 0 in pids:  # The number of whoever has none in this pid namespace; written, it means us.
        raise OSError(errno.EBUSY, "a process of another pid namespace stands in the group")
    workers = place.below(WORKERS)
    with suppress(FileExistsError):
        workers.make()
    for pid in pids:
        with suppress(ProcessLookupError):
            workers.move(pid)


def _enable(place: Place) -> None:
    place.write("memory", "cgroup.subtree_control", " ".join(f"+{name}" for name in CONTROLLERS))


def _make_locked(place: Place) -> tuple[Place, int]:
    for number in itertools.count():
        group = place.below(f"{PREFIX}{os.getpid()}-{number}")
        try:
            group.make()
        except FileExistsError:  # Left behind by a process of the same number, and still busy.
            continue
        path = group.directories["memory"]
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_same(lock, path):
            return group, lock
        os.close(lock)  # Another grading has taken it for one that was left behind.
    raise AssertionError("unreachable")


def _remove_if_left_behind(group: Place, path: Path) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        group.remove()
    finally:
        os.close(lock)


def _is_same(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _limit(place: Place, *, memory_bytes: int, processes: int) -> None:
    place.write("pids", "pids.max", processes)
    if place.version == 2:
        place.write("memory", "memory.max", memory_bytes)
        # What stands on a disk is no less used; and nobody is left half alive.
        _write_if_there(place, "memory.swap.max", 0)
        _write_if_there(place, "memory.oom.group", 1)
        return
    place.write("memory", "memory.limit_in_bytes", memory_bytes)
    _write_if_there(place, "memory.memsw.limit_in_bytes", memory_bytes)
    # Version 1 counts the buffers of TCP and UDP on an account of their own, if there is a limit.
    _write_if_there(place, "memory.kmem.tcp.limit_in_bytes", memory_bytes // 4)


def _write_if_there(place: Place, name: str, value: int) -> None:
    if (place.directories["memory"] / name).exists():
        with suppress(OSError):  # A kernel that was started without accounting of this kind.
            place.write("memory", name, value)


def _field(text: bytes, name: bytes) -> int:
    for line in text.splitlines():
        key, _, value = line.partition(b" ")
        if key == name:
            return int(value)
    return 0
