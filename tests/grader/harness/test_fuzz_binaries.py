"""Binaries whose author was free to put anything into them."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness.images import UNREADABLE, Image
from grader.harness.line_tables import LAST_LINE, LineTable, read
from tests.fuzzing import Change, changed, changes, fuzz
from tests.grader.harness.compiled import compiled
from tests.grader.harness.test_line_tables import SOURCE

TOKENS = (
    "",
    "\0",
    "\x01",
    "\x7f",
    "\xff",
    "\xff" * 4,
    "\xff" * 8,
    "\x80" * 20 + "\x01",
    "\0" * 64,
    "\x00\x09\x02",
    "server.c",
    "\x7fELF",
)
OFFSETS = st.lists(st.integers(0, 1 << 14) | st.integers(0, 1 << 64), max_size=5)
Damage = Callable[[list[Change]], bytes]


@pytest.fixture(scope="module")
def damage(tmp_path_factory: pytest.TempPathFactory) -> Damage:
    """Return a function that makes changes to a small compiled program."""
    binary = compiled(tmp_path_factory.mktemp("compiled"), SOURCE, "-O0", "-s", "-g").decode(
        "latin-1"
    )
    assert len(binary) < 1 << 15
    return lambda made: changed(binary, made).encode("latin-1")


@fuzz
@given(made=changes(TOKENS), offsets=OFFSETS)
def test_any_binary_has_a_table_of_lines(
    damage: Damage, made: list[Change], offsets: list[int]
) -> None:
    table = read(damage(made), file_name="server.c")

    assert isinstance(table, LineTable)
    assert len(table.lines) == len(table.addresses)
    for line in map(table.line_at, offsets):
        assert line is None or 0 < line <= LAST_LINE


@fuzz
@given(made=changes(TOKENS), offsets=OFFSETS)
def test_any_image_is_read_or_raises_what_is_caught(
    damage: Damage, made: list[Change], offsets: list[int]
) -> None:
    with contextlib.suppress(*UNREADABLE):
        image = Image(damage(made))
        for offset in offsets:
            with contextlib.suppress(*UNREADABLE):
                image.layout_at(offset)


def test_a_line_that_no_program_has_is_none() -> None:
    table = LineTable(segments=[(0, 0, 99)], addresses=[0, 9, 19], lines=[-5, 1 << 40, 7])

    assert [table.line_at(offset) for offset in (0, 9, 19)] == [None, None, 7]
