"""What bubblewrap reports about a box: lines of JSON on its --json-status-fd."""

import json
import os
import select
import time
from typing import Any

MOST_BYTES = 1 << 16  # A report has a hundred.


class Status:
    """The read end of the pipe, and what has been read of it.

    bubblewrap writes {"child-pid": ...} once the box's pid 1 exists, and {"exit-code": ...} when
    the program has ended. The second line is missing if the program was never executed.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._text = b""
        self._is_ended = False

    def find(self, key: str) -> int | None:
        """Return the number reported under a key, or None if it has not been reported yet."""
        self._read()
        for line in self._text.split(b"\n")[:-1]:
            value = _report(line).get(key)
            if type(value) is int:
                return value
        return None

    def wait_for(self, key: str, *, at_most_ms: int) -> int | None:
        """Return the number reported under a key; None if bubblewrap ends without reporting it."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        deadline_ns = time.monotonic_ns() + at_most_ms * 1_000_000
        while (value := self.find(key)) is None and not self._is_ended:
            left_ms = (deadline_ns - time.monotonic_ns()) // 1_000_000
            if left_ms <= 0 or not poll.poll(left_ms):
                return None
        return value

    def close(self) -> None:
        os.close(self._descriptor)

    def _read(self) -> None:
        while not self._is_ended:
            try:
                part = os.read(self._descriptor, 4096)
            except BlockingIOError:
                return
            self._text += part[: MOST_BYTES - len(self._text)]
            self._is_ended = not part


def _report(line: bytes) -> dict[str, Any]:
    """Return what a line reports; nothing if it is no report: bubblewrap was killed, or says so."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
