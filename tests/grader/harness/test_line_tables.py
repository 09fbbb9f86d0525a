from io import BytesIO
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from grader.harness.line_tables import EMPTY, LineTable, read
from tests.grader.harness.compiled import compiled

SOURCE = """\
int seen;
__attribute__((noinline)) int first(void)
{
    seen = 1;
    return seen + 1;
}

int main(void)
{
    return first();
}
"""


def offset_of(binary: bytes, function: str) -> int:
    """Return where a function's code lies in the file."""
    elf = ELFFile(BytesIO(binary))
    symbols = elf.get_section_by_name(".symtab")
    address = symbols.get_symbol_by_name(function)[0]["st_value"]  # type: ignore[union-attr]
    return next(iter(elf.address_offsets(address)))


@pytest.mark.parametrize("version", [3, 4, 5])
def test_an_instruction_has_the_line_that_it_was_made_of(tmp_path: Path, version: int) -> None:
    binary = compiled(tmp_path, SOURCE, f"-gdwarf-{version}")

    table = read(binary, file_name="server.c")

    assert table.line_at(offset_of(binary, "first")) in {3, 4}
    assert table.line_at(offset_of(binary, "main")) in {9, 10}
    assert {*table.lines} <= {0, *range(3, 12)}


def test_what_the_author_did_not_write_has_no_line(tmp_path: Path) -> None:
    binary = compiled(tmp_path, SOURCE)
    table = read(binary, file_name="server.c")

    assert table.line_at(offset_of(binary, "_start")) is None
    assert table.line_at(0) is None
    assert table.line_at(1 << 40) is None


def test_a_line_of_another_file_is_no_line(tmp_path: Path) -> None:
    binary = compiled(tmp_path, '#line 1 "other.c"\n' + SOURCE)

    assert read(binary, file_name="server.c").line_at(offset_of(binary, "first")) is None


# What inline assembly can put beside the compiler's own table: rows without end, a unit that says
# it is longer than its section, and abbreviations that mean nothing.
HOSTILE = [
    '__asm__(".section .debug_line\\n.fill 4000000, 1, 0x01\\n.text");\n',
    '__asm__(".section .debug_info\\n.long 0x7fffffff\\n.fill 64, 1, 0xff\\n.text");\n',
    '__asm__(".section .debug_abbrev\\n.fill 100000, 1, 0xff\\n.text");\n',
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_hostile_table_harms_nobody(tmp_path: Path, hostile: str, where: str) -> None:
    source = hostile + SOURCE if where == "before" else SOURCE + hostile

    assert isinstance(read(compiled(tmp_path, source), file_name="server.c"), LineTable)


def test_a_program_cut_or_changed_anywhere_harms_nobody(tmp_path: Path) -> None:
    binary = compiled(tmp_path, SOURCE)
    sections = range(len(binary) - 2000, len(binary), 37)

    for at in [*range(0, 400, 9), *sections]:
        changed = bytearray(binary)
        changed[at] ^= 0xFF
        assert isinstance(read(bytes(changed), file_name="server.c"), LineTable)
    assert read(binary[:5000], file_name="server.c") == EMPTY
    assert read(b"", file_name="server.c") == EMPTY
