"""Which line of a C program each of its instructions came from: the compiler's own table."""

from bisect import bisect_right
from collections.abc import Iterator
from io import BytesIO

import msgspec
from elftools.dwarf.lineprogram import LineProgram
from elftools.elf.elffile import ELFFile

from grader.harness.containment import contained

NO_LINE = 0
LAST_LINE = 1 << 20  # Of the longest program that is accepted; its author may have put in any.


class LineTable(msgspec.Struct, frozen=True):
    """The lines of one program, by address, and where its addresses lie in its file."""

    segments: list[tuple[int, int, int]]  # Offset in the file, address, size.
    addresses: list[int]  # Sorted; each is where the instructions of a line begin.
    lines: list[int]  # NO_LINE: what follows is no line of the program's own file.

    def line_at(self, offset: int) -> int | None:
        """Return the line of the instruction at an offset of the file."""
        for begin, first, size in self.segments:
            if begin <= offset < begin + size:
                place = bisect_right(self.addresses, first + offset - begin) - 1
                line = self.lines[place] if place >= 0 else NO_LINE
                return line if NO_LINE < line <= LAST_LINE else None
        return None


EMPTY = LineTable(segments=[], addresses=[], lines=[])


def read(binary: bytes, *, file_name: str) -> LineTable:
    """Return a program's table; an empty one if it cannot be read.

    Its author may have put anything into it, such as tables without end by inline assembly: so it
    is read by a child with limits.
    """
    found = contained(lambda: msgspec.json.encode(_table(binary, file_name.encode())))
    try:
        return msgspec.json.decode(found or b"", type=LineTable)
    except msgspec.MsgspecError:
        return EMPTY


def _table(binary: bytes, file_name: bytes) -> LineTable:
    elf = ELFFile(BytesIO(binary))
    info = elf.get_dwarf_info(relocate_dwarf_sections=False, follow_links=False)
    programs = (info.line_program_for_CU(unit) for unit in info.iter_CUs())
    rows: dict[int, int] = {}
    for address, line in (row for one in programs if one for row in _rows(one, file_name)):
        # Of several rows for one address the last one holds for what follows; but what says no
        # line may be the end of one part where another begins, or what a header's macro put there.
        if line or address not in rows:
            rows[address] = line
    return LineTable(
        segments=[
            (one["p_offset"], one["p_vaddr"], one["p_filesz"])
            for one in elf.iter_segments("PT_LOAD")
        ],
        addresses=sorted(rows),
        lines=[rows[address] for address in sorted(rows)],
    )


def _rows(program: LineProgram, file_name: bytes) -> Iterator[tuple[int, int]]:
    # Files are counted from 0 since DWARF 5, and from 1 before.
    first = 0 if program["version"] >= 5 else 1
    files = program["file_entry"]
    for entry in program.get_entries():
        if (state := entry.state) is None:
            continue
        is_own = not state.end_sequence and files[state.file - first].name == file_name
        yield state.address, state.line if is_own else NO_LINE
