"""The stack of a sleeping thread, walked from outside and without stopping it.

/proc/PID/task/TID/syscall tells where a thread entered the kernel: its stack pointer and its
program counter, proc(5). No other register can be had without stopping it. That is enough where a
frame's base is told relative to the stack pointer, as it is in a C library that was compiled
without frame pointers; a register that a frame has saved is known from there on.
"""

import os
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.harness.images import UNREADABLE, Images, Layout
from grader.harness.threads import CALL_WORDS, Thread

# A C library's call is a few frames deep; more are a stack that a program has made up.
MOST_FRAMES = 32
STACK_POINTERS = {"x86_64": 7, "aarch64": 31}  # DWARF's numbers, from each machine's ABI.
MACHINE = os.uname().machine
WORD = struct.Struct("<Q")
ADDRESSES = 1 << 64
MOST_MAPS = 4 << 20
EXECUTABLE = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) r.x. ([0-9a-f]+) \S+ \d+ +(/.*)$", re.MULTILINE)
# Read-only in the box, and bound to where they are: no program can put a file there.
SYSTEM = ("/usr/", "/lib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A part of a file in a program's memory that can be executed."""

    start: int
    end: int
    offset: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An instruction, as an offset into the file that it stands in."""

    path: str
    offset: int


class Stacks:
    """The stacks of one process at one moment."""

    def __init__(self, process_id: int, images: Images) -> None:
        self._process_id = process_id
        self._images = images
        self._mappings = _mappings(process_id)
        self._starts = [mapping.start for mapping in self._mappings]

    def places(self, thread: Thread) -> Iterator[Place]:
        """Yield the call that each frame is in, the innermost first, as far as it is certain."""
        registers = _registers(thread)
        if registers is None:
            return
        with Path(f"/proc/{self._process_id}/mem").open("rb", buffering=0) as memory:
            for _ in range(MOST_FRAMES):
                # What a call returns to is the instruction after it, maybe another line's.
                place = self._place(registers.counter - 1)
                if place is None:
                    return
                yield place
                layout = self._layout(place)
                if layout is None or not registers.leave(layout, memory.fileno()):
                    return

    def _place(self, address: int) -> Place | None:
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self._mappings[index].end:
            return None
        found = self._mappings[index]
        return Place(path=found.path, offset=address - found.start + found.offset)

    def _layout(self, place: Place) -> Layout | None:
        if not place.path.startswith(SYSTEM):
            return None
        try:
            image = self._images.open(place.path)
            return image.layout_at(place.offset) if image else None
        except UNREADABLE:
            return None


class _Registers:
    """What is known of a thread's registers in one frame."""

    def __init__(self, *, stack_pointer: int, counter: int) -> None:
        self.counter = counter
        self._known = {STACK_POINTERS[MACHINE]: stack_pointer}

    def leave(self, layout: Layout, memory: int) -> bool:
        """Go to the caller's frame; return whether that could be done."""
        if layout.base_register not in self._known:
            return False
        base = self._known[layout.base_register] + layout.base_offset
        caller = {
            register: value
            for register, value in self._known.items()
            if register not in layout.saved and register not in layout.lost
        }
        for register, offset in layout.saved.items():
            word = _read(memory, base + offset)
            if word is not None:
                caller[register] = word
        if layout.return_register not in caller:
            return False
        self.counter = caller.pop(layout.return_register)
        caller[STACK_POINTERS[MACHINE]] = base
        self._known = caller
        return True


def _registers(thread: Thread) -> _Registers | None:
    """Return where a thread entered the kernel; None if it runs, or was stopped elsewhere."""
    try:
        path = Path(f"/proc/{thread.process_id}/task/{thread.thread_id}/syscall")
        return registers_in(path.read_bytes())
    except OSError:
        return None


def registers_in(text: bytes) -> _Registers | None:
    """Return the stack pointer and the program counter at the end of a call, as in proc(5)."""
    words = text.split()
    if len(words) != CALL_WORDS or not words[0].isdigit() or MACHINE not in STACK_POINTERS:
        return None
    try:
        stack_pointer, counter = (int(word, 16) for word in words[-2:])
    except ValueError:
        return None
    if not all(0 <= address < ADDRESSES for address in (stack_pointer, counter)):
        return None
    return _Registers(stack_pointer=stack_pointer, counter=counter)


def _mappings(process_id: int) -> list[Mapping]:
    with Path(f"/proc/{process_id}/maps").open("rb") as file:
        return mappings_in(file.read(MOST_MAPS))


def mappings_in(content: bytes) -> list[Mapping]:
    """Return what can be executed of a text like /proc/PID/maps."""
    return [
        Mapping(
            start=int(start, 16),
            end=int(end, 16),
            offset=int(offset, 16),
            path=path.decode("utf-8", "surrogateescape"),
        )
        for start, end, offset, path in EXECUTABLE.findall(content)
    ]


def _read(memory: int, address: int) -> int | None:
    try:
        word = os.pread(memory, WORD.size, address)
    except (OSError, OverflowError):
        return None
    return int(WORD.unpack(word)[0]) if len(word) == WORD.size else None
