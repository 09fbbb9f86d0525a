"""Whatever stands in a trace is read: into events, or into refusals that are counted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iomodels.trace import Reader, read, sifting, tokens
from iomodels.trace.reader import LONGEST_SHOWN, REFUSALS_KEPT
from iomodels.trace.sifting import pack, sift, unpack
from tests.fuzzing import fuzz, mutated_bytes
from tests.iomodels.strategies import traces

TRACES = traces(12)


@fuzz
@given(TRACES)
def test_any_text_is_read_line_by_line(text: str) -> None:
    trace = read(text)

    lines = text.split("\n")
    assert trace.lines == len(lines) - (not lines[-1])
    assert 0 <= trace.refused <= trace.lines
    assert len(trace.events) <= 2 * trace.lines
    assert len(trace.refusals) == min(trace.refused, REFUSALS_KEPT)
    assert all(len(one.text) <= LONGEST_SHOWN for one in trace.refusals)
    json.dumps([trace.events, [str(one) for one in trace.refusals]])


@fuzz
@given(TRACES, st.integers(min_value=1, max_value=400))
def test_the_pieces_in_which_it_comes_change_nothing(text: str, size: int) -> None:
    size = max(size, len(text) // 50)
    reader = Reader()
    events = [
        event
        for begin in range(0, len(text), size)
        for event in reader.feed(text[begin : begin + size])
    ]
    events += reader.finish()

    whole = read(text)

    assert sorted(events, key=repr) == sorted(whole.events, key=repr)
    assert (reader.lines, reader.refused) == (whole.lines, whole.refused)


@fuzz
@given(TRACES)
def test_what_is_remembered_of_earlier_lines_changes_nothing(text: str) -> None:
    reader = Reader()
    for line in text.split("\n"):
        alone, together = Reader().feed(f"{line}\n"), reader.feed(f"{line}\n")

        assert together == alone or "resumed>" in line


@fuzz
@given(TRACES, st.lists(st.integers(min_value=0, max_value=1 << 40), max_size=3))
def test_sifting_leaves_out_whole_lines_only(text: str, strangers: list[int]) -> None:
    sifted = sift(text, strangers=strangers)

    kept = iter(text.split("\n"))
    assert all(line in kept for line in sifted.split("\n") if line)


@fuzz
@given(st.text())
def test_what_was_packed_is_what_is_unpacked(text: str) -> None:
    assert unpack(pack(text)) == text.encode("utf-8", "replace").decode()


@fuzz
@given(mutated_bytes([pack("1 1.000000000 pause() = ? <unfinished ...>\n" * 9).encode()]))
def test_what_is_no_packed_text_is_refused(packed: bytes) -> None:
    try:
        unpack(packed.decode("latin-1"))
    except ValueError as error:
        assert str(error).startswith("This is no packed trace")  # noqa: PT017 - either is right.


@fuzz
@given(TRACES)
def test_a_misfit_points_into_its_line(text: str) -> None:
    for line in text.split("\n"):
        column, due = tokens.misfit(line)

        assert 1 <= column <= len(line) + 1
        assert due


@pytest.mark.parametrize("thread_id", ["9" * 5000, "\u0663", "9" * 25])
def test_a_number_that_no_kernel_writes_is_refused(thread_id: str) -> None:
    trace = read(f"{thread_id} 1.000000000 pause() = 0 <0.000001000>\n")

    assert (trace.events, trace.refused) == ((), 1)


def test_a_text_that_grows_without_end_is_no_packed_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifting, "LONGEST", 1 << 20)
    bomb = pack("x" * (1 << 20) + "x")

    assert len(bomb) < 2000
    with pytest.raises(ValueError, match="too long"):
        unpack(bomb)
