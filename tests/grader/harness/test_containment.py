import os
import signal
from collections.abc import Callable

import pytest

from grader.harness import containment
from grader.harness.containment import contained


def refuse() -> bytes:
    raise ValueError


def grow() -> bytes:
    return bytes(2 << 30)


def spin() -> bytes:
    while True:
        pass


def hang() -> bytes:
    os.read(os.pipe()[0], 1)
    return b""


def die() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def leave() -> bytes:
    os._exit(3)


def test_what_the_work_makes_is_returned() -> None:
    assert contained(lambda: b"x" * 200_000) == b"x" * 200_000


def test_the_work_is_done_by_another_process() -> None:
    assert contained(lambda: b"%d" % os.getpid()) != b"%d" % os.getpid()


@pytest.mark.parametrize("work", [refuse, grow, spin, hang, leave, lambda: bytes(9_000_000), die])
def test_work_that_goes_wrong_makes_nothing(
    work: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containment, "CPU_S", 1)
    monkeypatch.setattr(containment, "WALL_S", 3)

    assert contained(work) is None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
