"""The driver's three pipes, all served at once: one that is full or never read must not hang us."""

import os
import selectors
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from grader.exceptions import GraderError

LOOK_FOR_STOP_S = 0.1
PIECE = 1 << 16
MOST_COMPLAINTS = 4000  # What our own error quotes of the driver's: the end of it.


class Stopped(Exception):
    """The examination was given up because the caller asked for it."""


def quotable(text: str) -> str:
    """Return the end of what a driver said, as an error can quote and a database store it."""
    return text[-MOST_COMPLAINTS:].replace("\0", "\N{REPLACEMENT CHARACTER}").strip()


class Pipes:
    """What a driver is told, what it says, and what it complains of on its standard error."""

    def __init__(self, driver: subprocess.Popen[bytes], told: bytes) -> None:
        assert driver.stdin is not None
        assert driver.stdout is not None
        assert driver.stderr is not None
        self._stdin, self._stdout, self._stderr = driver.stdin, driver.stdout, driver.stderr
        self._told = memoryview(told)
        self._complaints = b""
        self.was_refused = False  # The driver did not read all that it was told.
        for pipe in (driver.stdin, driver.stdout, driver.stderr):
            os.set_blocking(pipe.fileno(), False)

    def lines(
        self, stop: threading.Event, *, longest_s: float, longest_line: int
    ) -> Iterator[bytes]:
        """Yield whole lines of the driver's output as they come, until it ends.

        Raise Stopped once `stop` is set; GraderError after `longest_s`, or at a line without end.
        """
        ends_at, rest = time.monotonic() + longest_s, b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdin, selectors.EVENT_WRITE)
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stderr, selectors.EVENT_READ)
            while True:
                if stop.is_set():
                    raise Stopped
                if time.monotonic() > ends_at:
                    raise GraderError(f"The driver did not end within {longest_s:.0f} s.")
                if not self._serve_others(selector):
                    continue
                piece = os.read(self._stdout.fileno(), PIECE)
                if not piece:
                    return
                *whole, rest = (rest + piece).split(b"\n")
                if len(rest) > longest_line:
                    raise GraderError("The driver said more than it may.")
                yield from whole

    def complaints(self) -> str:
        """Return the end of what a driver that has ended wrote to its standard error."""
        with suppress(BlockingIOError):
            while self._hear():
                pass
        return quotable(self._complaints.decode("utf-8", "replace"))

    def _serve_others(self, selector: selectors.BaseSelector) -> bool:
        """Serve both other pipes once something is ready; return whether the output is."""
        ready = {key.fileobj for key, _ in selector.select(LOOK_FOR_STOP_S)}
        if self._stdin in ready and self._tell():
            selector.unregister(self._stdin)
            with suppress(BrokenPipeError):
                self._stdin.close()
        if self._stderr in ready and not self._hear():
            selector.unregister(self._stderr)
        return self._stdout in ready

    def _tell(self) -> bool:
        """Write what fits; return whether that was all, or the driver reads no more."""
        try:
            self._told = self._told[os.write(self._stdin.fileno(), self._told[:PIECE]) :]
        except BrokenPipeError:
            self.was_refused = True
        return self.was_refused or not self._told

    def _hear(self) -> bool:
        """Read some of the standard error; return whether more may come."""
        piece = os.read(self._stderr.fileno(), PIECE)
        self._complaints = (self._complaints + piece)[-MOST_COMPLAINTS:]
        return bool(piece)
