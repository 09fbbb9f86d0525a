"""One unprivileged uid for each grading that runs at the same time, when the worker is root.

Kernel uid 0 is never used inside: limits on processes and checks in /proc/sys do not apply to it.
Different gradings have different uids, so that they do not even share a count of processes or keys.
"""

import fcntl
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from grader.exceptions import SandboxUnavailable

COUNT = 64
# A range that neither Debian (which hands out 60000 to 64999 itself, on request) nor systemd (which
# lists 60706 to 61183 as unused) gives to anybody, and below 65536, which containers often map.
_FIRST_UID = 60800
_LOCKS = Path("/run/iomodels-slots")


def take(slot: int | None) -> tuple[int, int]:
    """Take a slot, or the lowest free one; return its uid and the descriptor that holds it.

    The slot is free again when the last copy of the descriptor is closed. Only root can take one.
    Raises SandboxUnavailable if the slot (or every slot) is in use.
    """
    _make_directory()
    for candidate in range(COUNT) if slot is None else _valid(slot):
        lock = _try(candidate)
        if lock is not None:
            return _FIRST_UID + candidate, lock
    wanted = f"Slot {slot} is" if slot is not None else f"All {COUNT} slots are"
    raise SandboxUnavailable(f"{wanted} in use by other gradings on this machine.")


def _valid(slot: int) -> Iterable[int]:
    if slot not in range(COUNT):
        raise ValueError(f"There is no slot {slot}; slots are numbered from 0 to {COUNT - 1}.")
    return (slot,)


def _make_directory() -> None:
    try:
        _LOCKS.mkdir(mode=0o700, exist_ok=True)
        found = _LOCKS.lstat()
    except OSError as error:
        raise SandboxUnavailable(f"No place for the slots' locks: {error}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o077:
        raise SandboxUnavailable(f"{_LOCKS} must be a directory of root's, with mode 0700.")


def _try(slot: int) -> int | None:
    lock = os.open(_LOCKS / f"{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
