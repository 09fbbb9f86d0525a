"""The processes below a box's pid 1, as /proc tells of them."""

import os
import time
from contextlib import suppress
from pathlib import Path

from grader.procfs import content, thread_ids

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the command's name, whose closing bracket is the last one: proc(5).
_PARENT, _CHILDREN_USER_TICKS, _CHILDREN_SYSTEM_TICKS = 1, 13, 14
# Fields of /proc/PID/statm.
_RESIDENT, _SHARED = 1, 2
_CUT_SHORT = (ValueError, IndexError)  # What is no whole text of the kernel's: the process ends.


def below(pid: int) -> list[int]:
    """List the descendants of a process, parents before their children.

    The list is not taken at one moment: a child whose parent ends while this looks can be missed.
    """
    found: list[int] = []
    unseen = _children(pid)
    while unseen:
        found += unseen
        unseen = [child for parent in unseen for child in _children(parent)]
    return found


def parent(pid: int) -> int | None:
    """Return the pid of a process's parent; None if it has ended."""
    try:
        stat = content(f"/proc/{pid}/stat")
    except OSError:
        return None
    return int(stat[stat.rindex(b")") + 2 :].split()[_PARENT])


def image(pid: int) -> tuple[int, int] | None:
    """Identify the file that a process executes, by device and inode; None if it has ended."""
    try:
        found = Path(f"/proc/{pid}/exe").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def anonymous_bytes(pid: int) -> int:
    """Return the memory of a process that it shares with nobody; 0 if it has ended."""
    try:
        fields = content(f"/proc/{pid}/statm").split()
        return (int(fields[_RESIDENT]) - int(fields[_SHARED])) * _PAGE
    except (OSError, *_CUT_SHORT):
        return 0


def cpu_ns(pid: int) -> int:
    """Return the CPU time of all threads of a process, past ones too; 0 if it has ended."""
    try:
        # linux/posix-timers_types.h: the clock of a process is its inverted pid and CPUCLOCK_SCHED.
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def children_cpu_ns(pid: int) -> int:
    """Return the CPU time of the children that a process has waited for; 0 if it has ended."""
    try:
        stat = content(f"/proc/{pid}/stat")
        fields = stat[stat.rindex(b")") + 2 :].split()
        ticks = int(fields[_CHILDREN_USER_TICKS]) + int(fields[_CHILDREN_SYSTEM_TICKS])
    except (OSError, *_CUT_SHORT):
        return 0
    return ticks * _TICK_NS


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread_id in thread_ids(pid):
        with suppress(OSError):  # Whatever cannot be read has just ended.
            found += map(int, content(f"/proc/{pid}/task/{thread_id}/children").split())
    return found
