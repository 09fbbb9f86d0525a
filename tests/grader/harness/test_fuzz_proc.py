"""What /proc says of a hostile program, what lies in its memory, and what py-spy makes of it."""

import json
import os
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness import sleeping, threads
from grader.harness.descriptors import EPOLL_LINK, Program
from grader.harness.images import Layout
from grader.harness.python_lines import PythonLines, dumped_in
from grader.harness.sleeping import Endpoints, decode
from grader.harness.stacks import mappings_in, registers_in
from grader.harness.threads import Thread, look
from iomodels.calls import CALLS
from iomodels.record import UNKNOWN_NS, Sleep
from iomodels.syscalls import numbers
from tests.fuzzing import TOKENS, fuzz, mutated, mutated_bytes

STATUS = Path("/proc/self/status").read_bytes()
# A program may call itself anything; of what it chooses the kernel escapes only line feeds here.
STATUSES = [
    STATUS.replace(STATUS.split(b"\n")[0], b"Name:\t" + name)
    for name in (b"python3", b"a) R 1 1 (x", rb"x\nState:\tR", b"\xff\xfe", b"State:\tZ", b"")
]
IN_CALLS = [
    b"45 0x7 0x7f0011223344 0x10 0x0 0x0 0x0 0x7ffe11223344 0x7f00aabbccdd\n",
    b"232 0x4 0x7f0011223344 0x10 0xffffffff 0x0 0x8 0x7ffe11223344 0x7f00aabbccdd\n",
    b"-1 0x7ffe11223344 0x7f00aabbccdd\n",
    b"running\n",
]
MAPS = [
    b"""\
55d0a7f0-55d0a8f0 r-xp 00001000 fe:01 123                 /w/server
7f00aa000000-7f00ab000000 r-xp 00028000 fe:01 456         /usr/lib/libc.so.6
7ffe11000000-7ffe12000000 rw-p 00000000 00:00 0           [stack]
""",
    b"1000-2000 r-xp 0 00:01 9     /tmp/a\\012b (deleted)\n",
]
SPIED = [
    json.dumps(
        [{"pid": 7, "os_thread_id": 7, "thread_name": None, "frames": [
            {"name": "recv", "filename": "/usr/lib/python3.11/socket.py", "line": 705},
            {"name": "f", "filename": "/w/\x1b[2Jserver.py", "short_filename": None, "line": 12}]}]
    ).encode(),
    b"[]",
]  # fmt: skip
JSON = (*TOKENS, "[" * 3000, '{"frames":' * 3000, "[]", "{}", "true", '"line"', "1e400", "-5")
ENDPOINTS = Endpoints(clients={5: "A", 6: "B"}, listener=7)
NUMBERS = numbers(os.uname().machine)


@fuzz
@given(mutated_bytes(STATUSES), mutated_bytes(IN_CALLS))
def test_any_status_is_a_thread_or_none(status: bytes, call: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        texts = {"/proc/7/task/8/status": status, "/proc/7/task/8/syscall": call}
        patch.setattr(threads, "content", texts.__getitem__)
        patch.setattr(threads, "thread_ids", {7: [8]}.__getitem__)

        found = look([7])

    assert len(found) <= 1
    for thread in found:
        assert len(thread.arguments) == (0 if thread.syscall is None else 6)
        assert not thread.is_asleep or thread.syscall is not None or thread.state == "T"


@pytest.mark.parametrize("status", STATUSES)
def test_no_name_passes_for_another_field(status: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        texts = {"/proc/7/task/8/status": status, "/proc/7/task/8/syscall": IN_CALLS[0]}
        patch.setattr(threads, "content", texts.__getitem__)
        patch.setattr(threads, "thread_ids", {7: [8]}.__getitem__)

        (thread,) = look([7])

    assert (thread.state, thread.syscall, thread.arguments[0]) == ("R", 45, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined(Program):
    """A program of which everything that it could have chosen is given."""

    content: bytes = b""
    text: str = ""
    link: str = ""

    def memory(self, address: int, size: int) -> bytes:
        return self.content[address % (len(self.content) + 1) :][:size]

    def has_timers(self) -> bool:
        return False

    def socket_timeout_ns(self, descriptor: int, *, for_writing: bool) -> int | None:
        del descriptor, for_writing
        return None

    def _text(self, name: str) -> str:
        del name
        return self.text

    def _link(self, descriptor: int) -> str:
        del descriptor
        return self.link


def sleep_of(syscall: str, arguments: tuple[int, ...], **program: Any) -> Sleep:
    """Return what is told of a thread that is asleep in a call, as its program shows itself."""
    thread = Thread(
        process_id=7,
        thread_id=7,
        inner_id=7,
        state="S",
        switches=("1", "1"),
        awaits_alarms=False,
        syscall=NUMBERS[syscall],
        arguments=arguments,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sleeping, "Program", partial(Imagined, **program))
        return decode(thread, ENDPOINTS)


WORDS = st.integers(min_value=0, max_value=(1 << 64) - 1) | st.integers(0, 4096)
LINKS = st.sampled_from(
    [EPOLL_LINK, "anon_inode:[timerfd]", "socket:[5]", "/tmp/socket:[5]", "", "pipe:[5]"]
)
INFOS = [
    "pos:\t0\nflags:\t02\ntfd:        5 events:       19 data:    5  pos:0 ino:5 sdev:8\n",
    "clockid: 1\nticks: 0\nit_value: (59, 999)\nit_interval: (0, 0)\n",
]
ASLEEP = [name for name in CALLS if name in NUMBERS] + ["munmap"]


@fuzz
@given(
    st.sampled_from(ASLEEP),
    st.tuples(*[WORDS] * 6),
    st.binary(max_size=300),
    mutated(INFOS),
    LINKS,
)
def test_any_call_of_any_program_is_a_sleep(
    syscall: str, arguments: tuple[int, ...], content: bytes, text: str, link: str
) -> None:
    sleep = sleep_of(syscall, arguments, content=content, text=text, link=link)

    assert sleep.timeout_ns is None or sleep.timeout_ns >= UNKNOWN_NS
    assert set(sleep.waits_for) <= {"A", "B"}
    msgspec.json.encode(sleep)


def test_a_length_that_was_overwritten_is_no_length() -> None:
    overwritten = struct.pack("qq", -5, 0)

    sleep = sleep_of("nanosleep", (0, 0, 0, 0, 0, 0), content=overwritten)
    aligned = sleep_of("nanosleep", (17, 0, 0, 0, 0, 0), content=overwritten)

    assert (sleep.timeout_ns, aligned.timeout_ns) == (None, UNKNOWN_NS)


def test_each_of_many_nested_instances_is_looked_at_once() -> None:
    text = "".join(f"tfd: {number} events: 1 ino:5 sdev:8\n" for number in range(20))
    program = Imagined(process_id=7, thread_id=7, text=text, link=EPOLL_LINK)

    assert len(program.epoll_set(20)) == 20 + 20 * 20


@fuzz
@given(mutated_bytes(MAPS))
def test_any_maps_are_mappings(content: bytes) -> None:
    found = mappings_in(content)

    assert len(found) <= content.count(b" r")
    assert all(one.path.startswith("/") for one in found)


@pytest.fixture(scope="module")
def memory() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        yield file


LAYOUTS = st.builds(
    Layout,
    base_register=st.sampled_from([7, 31, 6, 0]),
    base_offset=st.integers(-(1 << 64), 1 << 64) | st.integers(-64, 64),
    saved=st.dictionaries(st.integers(0, 32), st.integers(-(1 << 70), 1 << 70) | st.just(-8)),
    lost=st.frozensets(st.integers(0, 32)),
    return_register=st.sampled_from([16, 30]),
)


@fuzz
@given(mutated_bytes(IN_CALLS), st.lists(LAYOUTS, max_size=4), st.binary(max_size=64))
def test_any_stack_is_walked_or_left(
    memory: BinaryIO, call: bytes, layouts: list[Layout], content: bytes
) -> None:
    memory.seek(0)
    memory.truncate()
    memory.write(content)
    memory.flush()
    registers = registers_in(call)

    for layout in layouts:
        if registers is None or not registers.leave(layout, memory.fileno()):
            break
        assert 0 <= registers.counter < 1 << 64


@pytest.mark.parametrize("place", ["0x1" + "0" * 16, "-0x1", "x", ""])
def test_a_place_that_no_machine_has_is_none(place: str) -> None:
    assert registers_in(f"45 0 0 0 0 0 0 {place} 0x7f00aabbccdd\n".encode()) is None


@fuzz
@given(mutated_bytes(SPIED, tokens=JSON))
def test_whatever_is_spied_out_is_lines_or_nothing(said: bytes) -> None:
    thread = Thread(
        process_id=7,
        thread_id=8,
        inner_id=7,
        state="S",
        switches=("", ""),
        awaits_alarms=False,
        syscall=None,
        arguments=(),
    )

    lines = PythonLines(is_own=lambda path: path.startswith("/"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_threads", lambda _: dumped_in(said))
        found = lines.of([thread])

    assert all(type(line) is int and line > 0 for line in found.values())
    assert set(found) <= {8}
    assert all(name.isprintable() for name in lines.files.values())


@pytest.mark.parametrize(
    "said", [b"", b"{}", b"[7]", b'[{"frames":7}]', b'[{"frames":[{"line":"x"}]}]', b"[" * 9999]
)
def test_what_py_spy_never_says_is_nothing(said: bytes) -> None:
    assert dumped_in(said) == []
