"""Small real programs asleep in one system call, and waiting for them by looking again."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from grader.harness.threads import Thread, look
from iomodels.syscalls import names

T = TypeVar("T")
LOOKS, BETWEEN_S = 6000, 0.005  # Half a minute: a loaded machine starts a program late.
HEADER = """\
import ctypes, os, select, signal, socket, struct, sys, threading
from time import sleep
sockets = [socket.socket(fileno=int(word)) for word in sys.argv[1:]]
"""
NAMES = names(os.uname().machine)


def eventually(see: Callable[[], T], *, until: Callable[[T], object]) -> T:
    """Look until what is seen is as wanted, or for long enough; return what was seen last."""
    seen = see()
    for _ in range(LOOKS):
        if until(seen):
            break
        threading.Event().wait(BETWEEN_S)
        seen = see()
    return seen


@contextmanager
def sleeper(code: str, *sockets: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that has these sockets, in this order, as its list `sockets`."""
    descriptors = [one.fileno() for one in sockets]
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", HEADER + code, *map(str, descriptors)],
        pass_fds=descriptors,
        stdin=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def asleep(process: subprocess.Popen[bytes], *syscalls: str) -> tuple[Thread, ...]:
    """Return the threads of a program once all of them sleep in these calls."""
    return eventually(
        lambda: look([process.pid]),
        until=lambda threads: (
            sorted(map(call_of, threads)) == sorted(syscalls)
            and all(thread.is_asleep for thread in threads)
        ),
    )


def call_of(thread: Thread) -> str:
    return NAMES.get(-1 if thread.syscall is None else thread.syscall, "")
