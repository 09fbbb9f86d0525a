"""A program that takes what it can get, and prints what it met; the self-test puts it into a box.

Standing alone, because it runs inside of a box.
"""

import errno
import itertools
import mmap
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_TMP = Path("/tmp")  # noqa: S108  (the box's own)
_PIECE = 1 << 20


def children() -> None:
    while True:
        if os.fork() == 0:
            signal.pause()


def files() -> None:
    for number in itertools.count():
        (_TMP / str(number)).touch()


def space() -> None:
    with (_TMP / "0").open("wb", buffering=0) as file:
        while file.write(bytes(_PIECE // 4)) == _PIECE // 4:
            pass
        file.write(b"more")


def memory() -> None:
    """Take memory that no process is charged with: only a control group counts it.

    And then, for a machine that has none, of the other kind.
    """
    held = []
    for _ in range(160):
        held.append(mmap.mmap(-1, _PIECE))
        held[-1].write(bytes(_PIECE))
    owned = [os.urandom(_PIECE) for _ in itertools.count()]
    raise AssertionError(len(owned))


def main() -> None:
    for take in (children, files, space):
        sys.stdout.write(_met(take) + "\n")
        sys.stdout.flush()
    memory()


def _met(take: Callable[[], None]) -> str:
    try:
        take()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "nothing"


if __name__ == "__main__":
    main()
