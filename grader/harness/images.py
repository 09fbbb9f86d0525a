"""A mapped ELF file of the system, as far as it says where a caller's registers were saved.

A function's frame at each of its addresses is described in .eh_frame (DWARF 5, section 6.4, and the
Linux Standard Base, "Exception Frames"). libc has 4,000 such descriptions, and reading them all
takes a second; .eh_frame_hdr is a sorted table of where each one lies, so that only one is read.
"""

import os
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.callframe import FDE, CallFrameInfo, RegisterRule
from elftools.dwarf.structs import DWARFStructs
from elftools.elf.elffile import ELFFile

# What the parser raises at what it does not understand.
UNREADABLE = (
    ELFError,
    DWARFError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)
# Version, and the encodings that every linker uses: a pointer relative to itself, a count, and
# pairs of numbers relative to the table, all of four bytes.
TABLE_HEADER = struct.Struct("<4BiI")
TABLE_KIND = (1, 0x1B, 0x03, 0x3B)
ENTRY_HEADER = struct.Struct("<II")  # Its length, and the distance back to what it shares.
LARGEST_ENTRY = 1 << 16
LARGEST_FILE = 64 << 20  # libc has 2 MiB.


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a frame lies on the stack while one instruction of its function is executed."""

    base_register: int
    base_offset: int  # The frame's base (its CFA) is that register's value and this.
    saved: Mapping[int, int]  # Register -> where the caller's value lies, relative to the base.
    lost: frozenset[int]  # Registers of the caller of which nobody knows.
    return_register: int


class Image:
    """One file, read once."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        elf = ELFFile(BytesIO(content))
        self._address_size = elf.elfclass // 8
        self._segments = [
            (one["p_offset"], one["p_vaddr"], one["p_filesz"])
            for one in elf.iter_segments("PT_LOAD")
        ]
        table = next(elf.iter_segments("PT_GNU_EH_FRAME"))
        self._table_address: int = table["p_vaddr"]
        self._starts, self._entries = self._read_table(table["p_offset"])
        self._layouts: dict[int, Layout | None] = {}

    def layout_at(self, offset: int) -> Layout | None:
        """Return the layout for the instruction at an offset of the file, if it is told."""
        address = self._address_of(offset)
        if address is None:
            return None
        if address not in self._layouts:
            self._layouts[address] = self._layout(address)
        return self._layouts[address]

    def _read_table(self, offset: int) -> tuple["array[int]", "array[int]"]:
        *kind, _, count = TABLE_HEADER.unpack_from(self._content, offset)
        if tuple(kind) != TABLE_KIND or sys.byteorder != "little":
            raise ValueError("This table is of a kind that no linker is known to write.")
        begin = offset + TABLE_HEADER.size
        pairs = array("i", self._content[begin : begin + 8 * count])
        return pairs[0::2], pairs[1::2]

    def _address_of(self, offset: int) -> int | None:
        for begin, address, size in self._segments:
            if begin <= offset < begin + size:
                return int(address + offset - begin)
        return None

    def _bytes_at(self, address: int, size: int) -> bytes:
        for begin, first, available in self._segments:
            if first <= address < first + available:
                offset = begin + address - first
                return self._content[offset : offset + size]
        raise ValueError(f"Nothing of the file lies at {address:#x}.")

    def _layout(self, address: int) -> Layout | None:
        place = bisect_right(self._starts, address - self._table_address) - 1
        if place < 0:
            return None
        entry = self._entry(self._table_address + self._entries[place])
        begin = entry["initial_location"]
        if not begin <= address < begin + entry["address_range"]:
            return None
        rows = [row for row in entry.get_decoded().table if row["pc"] <= address]
        assert entry.cie is not None
        return _layout_of(rows[-1], int(entry.cie["return_address_register"])) if rows else None

    def _entry(self, address: int) -> FDE:
        """Read one entry and the one that it shares with others, as a section of these two."""
        length, back = ENTRY_HEADER.unpack(self._bytes_at(address, ENTRY_HEADER.size))
        shared_address = address + 4 - back
        (shared_length,) = struct.unpack("<I", self._bytes_at(shared_address, 4))
        if max(length, shared_length) > LARGEST_ENTRY:
            raise ValueError("No function is that long.")
        shared = self._bytes_at(shared_address, 4 + shared_length)
        own = bytearray(self._bytes_at(address, 4 + length))
        ENTRY_HEADER.pack_into(own, 0, length, len(shared) + 4)
        section = shared + bytes(own)
        structs = DWARFStructs(little_endian=True, dwarf_format=32, address_size=self._address_size)
        # Its addresses are relative to where they stand.
        found = CallFrameInfo(
            BytesIO(section), len(section), address - len(shared), structs, for_eh_frame=True
        ).get_entries()[-1]
        assert isinstance(found, FDE)
        return found


class Images:
    """The system's files that programs have mapped, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int], Image | None] = {}

    def open(self, path: str) -> Image | None:
        """Return a file's image; None if it cannot be read or is none.

        The path is the box's, where it leads to the same file: the system's directories are bound
        read-only to where they are.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            key = (found.st_dev, found.st_ino, found.st_mtime_ns)
            if key not in self._known:
                self._known[key] = _image(descriptor, found.st_size)
            return self._known[key]
        finally:
            os.close(descriptor)


def _image(descriptor: int, size: int) -> Image | None:
    try:
        return Image(os.read(descriptor, min(size, LARGEST_FILE)))
    except UNREADABLE:
        return None


def _layout_of(row: dict[Any, Any], return_register: int) -> Layout | None:
    rule = row["cfa"]
    if rule.reg is None:
        return None
    saved: dict[int, int] = {}
    lost: set[int] = set()
    for register, how in row.items():
        if not isinstance(how, RegisterRule) or how.type == RegisterRule.SAME_VALUE:
            continue
        if how.type == RegisterRule.OFFSET and isinstance(how.arg, int):
            saved[register] = how.arg
        else:
            lost.add(register)
    return Layout(
        base_register=rule.reg,
        base_offset=rule.offset,
        saved=saved,
        lost=frozenset(lost),
        return_register=return_register,
    )
