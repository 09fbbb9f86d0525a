import pytest
from hypothesis import given
from hypothesis import strategies as st

from iomodels.figures.lettering import fit, push_apart, width, wrap


def test_width_grows_with_size_and_weight() -> None:
    assert width("recvfrom", size=24) == 2 * width("recvfrom", size=12)
    assert width("recvfrom", bold=True) > width("recvfrom")


@given(st.text(), st.floats(min_value=0, max_value=300))
def test_fit_never_takes_more_room(text: str, room: float) -> None:
    assert width(fit(text, room=room)) <= room


@pytest.mark.parametrize(("room", "shown"), [(100, "recvfrom"), (40, "recv…"), (3, "")])
def test_fit_cuts_the_end(room: float, shown: str) -> None:
    assert fit("recvfrom", room=room) == shown


@given(st.text())
def test_wrap_keeps_every_line_within_the_room(text: str) -> None:
    assert all(width(line) <= 80 for line in wrap(text, room=80))


def test_wrap_fills_lines() -> None:
    assert wrap("one two three", room=60) == ["one two", "three"]


def test_push_apart_moves_only_what_is_too_near() -> None:
    assert push_apart([0, 1, 50, 99], gap=10, low=0, high=100) == [0, 10, 50, 99]
    assert push_apart([95, 99], gap=10, low=0, high=100) == [90, 100]


@given(st.lists(st.floats(min_value=-50, max_value=150)))
def test_push_apart_keeps_order_and_limits(wanted: list[float]) -> None:
    placed = push_apart(sorted(wanted), gap=10, low=0, high=100)

    assert placed == sorted(placed)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in placed)
