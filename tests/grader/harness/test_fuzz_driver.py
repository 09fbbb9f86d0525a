"""Whatever a driver says, it is either its messages in turn or our own trouble, and it ends."""

import contextlib
import io
import os
import subprocess
import threading
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from grader.exceptions import GraderError
from grader.harness import examination
from grader.harness.pipes import MOST_COMPLAINTS
from grader.harness.protocol import Compiled, Finished, Message, Played, Started, Unavailable
from tests.fuzzing import TOKENS, fuzz, mutated_bytes
from tests.grader.harness.test_protocol import COMPILED, JOB, PLAYED, STARTED, lines
from tests.traces.recording import recording

REAL = Played(number=1, record=recording("select-spins.py brief").load())
SAID = [
    lines(STARTED, PLAYED, Finished()),
    lines(COMPILED, STARTED, PLAYED, Finished()),
    lines(STARTED, REAL, Finished()),
    lines(COMPILED, STARTED, Unavailable(reason="no namespaces")),
    lines(STARTED, Started(number=2), PLAYED, PLAYED, Finished()),
    b"",
]
JSON = (
    *TOKENS,
    "[" * 5000,
    '{"a":' * 3000,
    '"type":"Finished"',
    '"number":1',
    '"steps":[]',
    "1e400",
    "\\ud800",
    "\\u0000",
    "true",
    '{"type":"Started","number":1}\n',
    '{"type":"Finished"}\n',
)
# How much it complains of before it reads its job, and after it has spoken.
COMPLAINTS = st.sampled_from([0, 1, 99_999])


class FakeDriver:
    """A driver without a process of its own: a thread at the other ends of its pipes."""

    def __init__(self, said: bytes, *, before: int, after: int, reads: bool) -> None:
        self._said, self._before, self._after, self._reads = said, before, after, reads
        (told, stdin), (stdout, says), (stderr, complains) = os.pipe(), os.pipe(), os.pipe()
        self.stdin, self.stdout, self.stderr = (
            os.fdopen(stdin, "wb", buffering=0),
            os.fdopen(stdout, "rb", buffering=0),
            os.fdopen(stderr, "rb", buffering=0),
        )
        self._ours = [
            os.fdopen(told, "rb", buffering=0),
            os.fdopen(says, "wb", buffering=0),
            os.fdopen(complains, "wb", buffering=0),
        ]
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def poll(self) -> int:
        return 0

    def close(self) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.close()
        self._thread.join()

    def _play(self) -> None:
        told, says, complains = self._ours
        with told, says, complains, contextlib.suppress(BrokenPipeError):
            _write(complains, b"x" * self._before)
            while self._reads and told.read(1 << 16):
                pass
            told.close()
            _write(says, self._said)
            _write(complains, b"y" * self._after)


def _write(pipe: io.RawIOBase, content: bytes) -> None:
    while content:
        content = content[pipe.write(content) :]


@fuzz
@given(
    said=mutated_bytes(SAID, tokens=JSON), before=COMPLAINTS, after=COMPLAINTS, reads=st.booleans()
)
def test_a_driver_is_understood_or_given_up(
    *, said: bytes, before: int, after: int, reads: bool
) -> None:
    driver = FakeDriver(said, before=before, after=after, reads=reads)
    process = cast("subprocess.Popen[bytes]", driver)
    heard: list[Message] = []
    error: GraderError | None = None
    try:
        heard.extend(examination._converse(process, JOB, threading.Event(), longest_s=60))
    except GraderError as caught:
        error = caught
    finally:
        driver.close()

    kinds = [type(message) for message in heard if not isinstance(message, Compiled)]
    assert kinds == [Started, Played][: len(kinds)] or kinds == [Played]
    assert error is not None or Played in kinds
    assert len(str(error)) < 2 * MOST_COMPLAINTS
    assert "\0" not in str(error)
