import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from elftools.dwarf.callframe import FDE
from elftools.elf.elffile import ELFFile

from grader.harness.images import UNREADABLE, Image, Images

LIBC = next(
    line.split()[-1]
    for line in Path("/proc/self/maps").read_text().splitlines()
    if "libc.so" in line
)


@pytest.fixture(scope="module")
def entries() -> Iterator[list[FDE]]:
    """Read all of libc's descriptions, as the slow way does it."""
    with Path(LIBC).open("rb") as file:
        info = ELFFile(file).get_dwarf_info(follow_links=False)
        yield [entry for entry in info.EH_CFI_entries() if isinstance(entry, FDE)]


def test_every_function_is_described_as_by_reading_all_of_them(entries: list[FDE]) -> None:
    image = Image(Path(LIBC).read_bytes())
    with Path(LIBC).open("rb") as file:
        elf = ELFFile(file)
        for entry in entries[:: len(entries) // 200]:
            row = entry.get_decoded().table[-1]
            (offset,) = elf.address_offsets(row["pc"])

            layout = image.layout_at(offset)

            if row["cfa"].reg is None:
                assert layout is None
                continue
            assert layout is not None
            assert (layout.base_register, layout.base_offset) == (
                row["cfa"].reg,
                row["cfa"].offset,
            )


def test_what_lies_in_no_function_is_not_described() -> None:
    image = Image(Path(LIBC).read_bytes())

    assert image.layout_at(0) is None
    assert image.layout_at(1 << 40) is None


def test_a_file_is_read_once_and_again_when_it_was_replaced(tmp_path: Path) -> None:
    images, copy = Images(), tmp_path / "libc"
    copy.write_bytes(Path(LIBC).read_bytes())
    first = images.open(str(copy))

    assert first is not None
    assert images.open(str(copy)) is first
    other = tmp_path / "other"
    other.write_bytes(copy.read_bytes())
    other.rename(copy)
    assert images.open(str(copy)) not in (None, first)


def test_what_is_no_image_is_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("text")
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to(LIBC)
    os.mkfifo(tmp_path / "pipe")

    for name in ("text", "empty", "link", "pipe", ".", "missing"):
        assert Images().open(str(tmp_path / name)) is None


def test_a_damaged_file_raises_only_what_is_caught() -> None:
    content = Path(LIBC).read_bytes()
    for at in range(0, 1200, 41):
        damaged = bytearray(content)
        damaged[at] ^= 0xFF
        try:
            Image(bytes(damaged)).layout_at(0x30000)
        except UNREADABLE:
            continue
