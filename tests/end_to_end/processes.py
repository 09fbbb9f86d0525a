"""Waiting for other processes, and ending them."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

LOOK_EVERY_S = 0.02


def until(is_so: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Wait for a condition on what other processes do; fail the test if it does not come true."""
    ends_at = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > ends_at:
            pytest.fail(f"Not within {within_s} s: {what}.")
        threading.Event().wait(LOOK_EVERY_S)


def descendants(pid: int) -> set[int]:
    """List the process and all that come from it, from proc(5)'s children files."""
    found = {pid}
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found |= descendants(int(child))
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all of its session at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
