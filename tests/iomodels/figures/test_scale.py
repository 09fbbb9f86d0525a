from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iomodels.figures.scale import WIDEST_REST, scale

MS = 1_000_000


def test_scale_of_one_moment_stands_at_the_left() -> None:
    assert scale([5], left=10, right=90).at(5) == 10


def test_scale_shortens_a_long_rest_and_says_how_long_it_was() -> None:
    burst = [10_000 * step for step in range(20)]
    axis = scale([*burst, 900 * MS, 900 * MS + 10_000], left=0, right=800)

    rests = [(rest.started_ns, rest.ended_ns) for rest in axis.breaks]

    assert rests == [(190_000, 900 * MS)]
    assert axis.at(900 * MS) - axis.at(190_000) == pytest.approx(WIDEST_REST, rel=0.01)


def test_scale_gives_a_story_more_room() -> None:
    moments = [0, 10_000, 20_000, 50 * MS, 50 * MS + 10_000, 100 * MS, *range(0, 90_000, 10_000)]
    plain = scale(moments, left=0, right=800)
    told = scale(moments, left=0, right=800, stories=[(20_000, 50 * MS)])

    def room(axis_at_start: float, axis_at_end: float) -> float:
        return axis_at_end - axis_at_start

    assert room(told.at(80_000), told.at(50 * MS)) > room(plain.at(80_000), plain.at(50 * MS))


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=2, unique=True))
def test_scale_fills_the_axis_and_never_goes_back(moments: list[int]) -> None:
    axis = scale(moments, left=100, right=900)

    places = [axis.at(moment) for moment in sorted(moments)]
    assert places[0] == pytest.approx(100)
    assert places[-1] == pytest.approx(900)
    assert all(before < after for before, after in pairwise(places))
