"""What the sandbox reads of a hostile program: /proc, strace's lines, bubblewrap's reports."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import processes
from grader.sandbox.status import Status
from grader.sandbox.tracer import Tracer
from tests.fuzzing import TOKENS, fuzz, mutated_bytes

REPORTS = [
    b'{ "child-pid": 1234, "net-namespace": 1 }\n{ "exit-code": 0 }\n',
    b'{"exit-code": 137}\n',
]
JSON = (*TOKENS, "[" * 3000, '{"a":' * 3000, "[]", "true", '"exit-code"', '{"exit-code":', "1.5")
# A program may call itself anything, of 15 bytes: prctl(2).
STATS = [
    b"7 (%s) S 1 7 7 0 -1 4194560 94 0 0 0 3 4 5 6 20 0 1 0 8810 2703360 221 1844 1 1 0 0\n" % name
    for name in (b"python3", b"a) R 1 1 (x", b"))))))", b"(((", b"\n) S 1", b"\xff\xfe", b") ")
]
COUNTS = [b"661 221 201 4 0 95 0\n", b"0 0 0 0 0 0 0\n", b""]
LINES = [
    b"7 1.000000000 --- stopped by SIGSTOP ---\n8 1.1 --- SIGCONT {si_signo=SIGCONT} ---\n",
    b"7 1.000000000 io_uring_setup(8, {flags=0}) = 9<anon_inode:[io_uring]> <0.000001000>\n",
    b'7 1.000000000 write(1</tmp/a>, "\\n7 1.0 --- stopped by ", 9) = 9 <0.000001000>\n',
]


@fuzz
@given(mutated_bytes(REPORTS, tokens=JSON), st.integers(min_value=1, max_value=4096))
def test_any_report_of_bubblewraps_is_a_number_or_none(said: bytes, size: int) -> None:
    reader, writer = os.pipe()
    status = Status(reader)
    found: list[int | None] = []
    said = said[:60_000]  # What a pipe holds.
    for piece in (said[:size], said[size:]):
        os.write(writer, piece)
        found.append(status.find("exit-code"))
    os.close(writer)
    found.append(status.wait_for("exit-code", at_most_ms=60_000))
    status.close()

    assert all(value is None or type(value) is int for value in found)
    known = [value for value in found if value is not None]
    assert len(set(known)) <= 1


@fuzz
@given(mutated_bytes(STATS), mutated_bytes(COUNTS))
def test_any_text_of_proc_is_a_number(stat: bytes, counts: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        texts = {"/proc/7/stat": stat, "/proc/7/statm": counts}
        patch.setattr(processes, "content", texts.__getitem__)

        assert isinstance(processes.children_cpu_ns(7), int)
        assert isinstance(processes.anonymous_bytes(7), int)


@pytest.mark.parametrize("stat", STATS)
def test_no_name_hides_what_stands_behind_it(stat: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "content", {"/proc/7/stat": stat}.__getitem__)

        assert processes.children_cpu_ns(7) == 11 * processes._TICK_NS


@fuzz
@given(st.lists(mutated_bytes(LINES), max_size=4))
def test_any_trace_is_kept_up_to_its_limit_and_counted(
    fifo: tuple[Tracer, int], pieces: list[bytes]
) -> None:
    one, writer = fifo
    one.content.clear()
    one.stopped, one.lost_bytes = set(), 0
    pieces = [piece[:60_000] for piece in pieces]
    for piece in pieces:
        os.write(writer, piece)
        one.drain()

    whole = b"".join(pieces)
    assert bytes(one.content) == whole[:1000]
    assert one.lost_bytes == max(0, len(whole) - 1000)
    assert len(one.stopped) <= whole.count(b"--- stopped by ")


@pytest.fixture(scope="module")
def fifo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tracer, int]:
    """Return a tracer whose strace is this test."""
    folder: Path = tmp_path_factory.mktemp("fifo")
    one = Tracer(folder, most_bytes=1000)
    return one, os.open(folder / "trace", os.O_WRONLY)
