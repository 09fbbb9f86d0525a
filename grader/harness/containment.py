"""Work on bytes that a student made, in a child that may fail, hang or grow as it likes."""

import os
import resource
import select
import signal
import time
from collections.abc import Callable
from typing import NoReturn

MEMORY_BYTES = 1 << 30  # Address space, of which the driver itself has a third.
CPU_S, WALL_S = 2, 5
MOST_ANSWERED = 8 << 20
END = b"."


def contained(work: Callable[[], bytes]) -> bytes | None:
    """Return what the work makes; None if it raises, ends early, or takes or makes too much.

    Only in a process with a single thread: the child goes on with a copy of it.
    """
    answer, answer_end = os.pipe()
    child = os.fork()
    if not child:
        _work(work, answer_end)
    os.close(answer_end)
    try:
        content = read_to_the_end(answer)
    finally:
        os.close(answer)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    # Without its last byte it is the answer of a child that died while it wrote.
    return content[: -len(END)] if content and content.endswith(END) else None


def _work(work: Callable[[], bytes], answer: int) -> NoReturn:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with os.fdopen(answer, "wb") as stream:
            stream.write(work() + END)
    finally:  # Whatever was raised: the copy must not go on as if it were the driver.
        os._exit(0)


def read_to_the_end(answer: int) -> bytes | None:
    """Return what comes out of a pipe; None if that takes too long, or is too much."""
    content, ends_at = b"", time.monotonic() + WALL_S
    poll = select.poll()
    poll.register(answer, select.POLLIN)
    while len(content) <= MOST_ANSWERED:
        if not poll.poll(max(0.0, ends_at - time.monotonic()) * 1000):
            return None
        part = os.read(answer, 1 << 16)
        if not part:
            return content
        content += part
    return None
