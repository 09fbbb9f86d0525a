import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from grader.exceptions import GraderError, SandboxUnavailable
from grader.harness import examination
from grader.harness.pipes import MOST_COMPLAINTS, Stopped
from grader.harness.protocol import (
    Compiled,
    Finished,
    Job,
    Message,
    Played,
    Script,
    Started,
    Unavailable,
)
from grader.sandbox import Limits
from iomodels.record import Compilation, Outcome
from tests.iomodels.examples import scenario, step

JOB = Job(
    program=b"print()\xff",
    file_name="server.py",
    transport="tcp",
    limits=Limits(),
    scripts=(Script(name="one", text="the server rests\n"),),
    seed=7,
)
STARTED, PLAYED = Started(number=1), Played(number=1, record=scenario(step()))
COMPILED = Compiled(compilation=Compilation(outcome=Outcome.PASSED, output="", took_ns=1))
# Reads its job to the end, as the driver does, before it speaks.
SPEAK = 'cat > /dev/null; cat "$1"; eval "$2"'


@contextmanager
def driver(said: Path, then: str = "") -> Iterator[subprocess.Popen[bytes]]:
    command = ["/bin/sh", "-c", SPEAK, "driver", str(said), then]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(folder: Path, said: bytes, *, then: str = "", longest_s: float = 60) -> list[Message]:
    """Return the messages of a driver that says this, and then does something else."""
    (folder / "said").write_bytes(said)
    with driver(folder / "said", then) as process:
        messages = examination._converse(process, JOB, threading.Event(), longest_s=longest_s)
        return list(messages)


def lines(*messages: Message) -> bytes:
    return b"".join(msgspec.json.encode(message) + b"\n" for message in messages)


def test_a_job_survives_its_way_to_the_driver() -> None:
    assert msgspec.json.decode(msgspec.json.encode(JOB), type=Job) == JOB


def test_messages_come_in_order_up_to_the_last_one(tmp_path: Path) -> None:
    said = lines(STARTED, PLAYED, Finished()) + b"whatever"

    assert heard(tmp_path, said) == [STARTED, PLAYED]


def test_a_compilation_comes_first(tmp_path: Path) -> None:
    said = lines(COMPILED, STARTED, PLAYED, Finished())

    assert heard(tmp_path, said) == [COMPILED, STARTED, PLAYED]


@pytest.mark.parametrize(
    "said",
    [
        b"\n",
        b"Hello\n",
        b"[]\n",
        b"{}\n",
        b'{"type":"Paid","points":100}\n',
        b'{"type":"Started"}\n',
        b'{"type":"Started","number":"1"}\n',
        b'{"type":"Started","number":1e99}\n',
        b'{"type":"Started","number":1}{"type":"Finished"}\n',
        b'{"type":"Played","number":1,"record":{"name":"one"}}\n',
        b'{"type":"Unavailable","reason":"\xff"}\n',
        b'{"type":"Finished","more":' + b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_message_is_refused(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(GraderError, match="The driver said something that is no message"):
        heard(tmp_path, said)


@pytest.mark.parametrize(
    "said",
    [
        lines(Started(number=2)),
        lines(Started(number=0)),
        lines(Started(number=-1)),
        lines(PLAYED, PLAYED),
        lines(PLAYED, STARTED),
        lines(PLAYED, Started(number=2)),
        lines(Finished()),
        lines(COMPILED, COMPILED),
        lines(STARTED, COMPILED),
        lines(STARTED, STARTED),
    ],
)
def test_what_is_out_of_turn_is_refused(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(GraderError, match="The driver spoke out of turn"):
        heard(tmp_path, said + lines(Finished()))


def test_a_driver_that_cannot_isolate_is_our_trouble(tmp_path: Path) -> None:
    said = lines(STARTED, Unavailable(reason="No user namespaces here."))

    with pytest.raises(SandboxUnavailable, match=r"^No user namespaces here\.$"):
        heard(tmp_path, said)


@pytest.mark.parametrize(
    "said",
    [
        lines(Unavailable(reason="x" * 100_000 + "end")),
        b'{"type":"' + b"x" * 100_000 + b'"}\n',
        lines(Unavailable(reason="\0")),
    ],
)
def test_our_trouble_is_told_in_a_few_words_that_can_be_stored(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(GraderError) as caught:
        heard(tmp_path, said)

    assert len(str(caught.value)) < 2 * MOST_COMPLAINTS
    assert "\0" not in str(caught.value)


@pytest.mark.parametrize("said", [b"", lines(STARTED), lines(STARTED, PLAYED), b'{"type":"Fin'])
def test_a_driver_that_ends_early_is_quoted(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(GraderError, match=r"ended before it was done\. out of memory$"):
        heard(tmp_path, said, then="echo out of memory >&2")


def test_a_driver_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    big = msgspec.structs.replace(JOB, program=bytes(1 << 20))
    command = ["/bin/sh", "-c", "echo no python >&2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        messages = examination._converse(process, big, threading.Event(), longest_s=60)

        with pytest.raises(GraderError, match=r"^The driver ended at once\. no python$"):
            next(messages)


def test_a_driver_that_says_too_much_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "LONGEST_MESSAGE", 99)

    with pytest.raises(GraderError, match=r"The driver said more than it may\."):
        heard(tmp_path, b"x" * 100, then="exec cat /dev/zero")


def test_a_driver_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match=r"The driver did not end within 0 s\."):
        heard(tmp_path, b"", then="exec sleep 99", longest_s=0.0)


def test_a_driver_is_left_when_the_caller_asks_for_it(tmp_path: Path) -> None:
    stop = threading.Event()
    (tmp_path / "said").write_bytes(lines(STARTED))
    with driver(tmp_path / "said", "exec sleep 99") as process:
        messages = examination._converse(process, JOB, stop, longest_s=60)
        first = next(messages)
        stop.set()

        with pytest.raises(Stopped):
            next(messages)

    assert first == STARTED


def test_a_driver_that_complains_at_length_is_heard_all_the_same(tmp_path: Path) -> None:
    complain = "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2"
    (tmp_path / "said").write_bytes(lines(STARTED, PLAYED, Finished()))
    command = [
        "/bin/sh",
        "-c",
        f"{complain}; {SPEAK}; {complain}",
        "driver",
        str(tmp_path / "said"),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        messages = examination._converse(process, JOB, threading.Event(), longest_s=60)

        assert list(messages) == [STARTED, PLAYED]
        process.kill()


def test_a_driver_that_complains_before_it_reads_a_long_job_is_heard(tmp_path: Path) -> None:
    big = msgspec.structs.replace(JOB, program=bytes(1 << 20))
    command = ["/bin/sh", "-c", "head -c 1000000 /dev/zero >&2; cat > /dev/null; echo bye >&2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        messages = examination._converse(process, big, threading.Event(), longest_s=60)

        with pytest.raises(GraderError, match=r"^The driver ended before it was done\. .*bye$"):
            list(messages)


def test_only_the_end_of_long_complaints_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(GraderError) as caught:
        heard(tmp_path, b"", then="head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2")

    assert len(str(caught.value)) < 2 * MOST_COMPLAINTS
    assert str(caught.value).endswith("xxxend")
