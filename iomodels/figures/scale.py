"""A scale of time that gives room to what happens, and shortens the rests between."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDEST_REST = 84.0  # Pixels: room for a break mark with its true duration.
WIDEST_STORY = 300.0  # Of all rests with a story to tell, together at most half of the axis.
STORIES_SHARE = 0.5
LEAST_STEP = 13.0  # Between two events, if there are few: enough to tell their marks apart.
STEPS_SHARE = 0.5  # Of the axis, at most, goes to least steps.
BREAK_FROM = 1.6  # Times shorter than true to scale: then it is said.
# More steps than this cannot be told apart: those below a share of the run go together. Without
# it, a server that naps ten thousand times takes half a second to draw.
MOST_STEPS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rest that takes less room than its duration would."""

    started_ns: int
    ended_ns: int
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From nanoseconds to pixels: straight between two events, never backwards."""

    moments: tuple[int, ...]
    places: tuple[float, ...]
    breaks: tuple[Break, ...]

    def at(self, moment_ns: int) -> float:
        """Return the pixel of a moment; what lies outside the axis stands at its end."""
        index = bisect_right(self.moments, moment_ns)
        if index == 0:
            return self.places[0]
        if index == len(self.moments):
            return self.places[-1]
        before, after = self.moments[index - 1 : index + 1]
        left, right = self.places[index - 1 : index + 1]
        return left + (right - left) * (moment_ns - before) / (after - before)


def scale(
    moments: Iterable[int], *, left: float, right: float, stories: Sequence[tuple[int, int]] = ()
) -> Scale:
    """Return a scale over these events, of which there must be one.

    Every step between two events is true to one scale, but no shorter than a least step and no
    longer than a widest rest; the scale is the one that fills the axis. `stories` are the spans
    about which most is to be written: a rest within one may be wider than others.
    """
    events = _thinned(sorted(set(moments)))
    gaps = [after - before for before, after in pairwise(events)]
    if not gaps:
        return Scale(moments=tuple(events), places=(left,) * len(events), breaks=())
    room = right - left
    least = min(LEAST_STEP, STEPS_SHARE * room / len(gaps))
    widest = _widest(events, room=room, stories=stories)
    pixels_per_ns = _fill(gaps, room=room, least=least, widest=widest)
    steps = [
        min(max(gap * pixels_per_ns, least), most) for gap, most in zip(gaps, widest, strict=True)
    ]
    stretch = room / sum(steps)
    places = [left]
    for step in steps:
        places.append(places[-1] + step * stretch)
    breaks = tuple(
        Break(
            started_ns=events[index],
            ended_ns=events[index + 1],
            left=places[index],
            right=places[index + 1],
        )
        for index, gap in enumerate(gaps)
        if gap * pixels_per_ns > widest[index] * BREAK_FROM
    )
    return Scale(moments=tuple(events), places=tuple(places), breaks=breaks)


def _thinned(events: list[int]) -> list[int]:
    """Leave out events that are too close to others, and none next to a rest."""
    if len(events) <= MOST_STEPS:
        return events
    close = (events[-1] - events[0]) // MOST_STEPS
    kept = events[:1]
    for event, after in pairwise(events[1:]):
        if event - kept[-1] >= close or after - event >= close:
            kept.append(event)
    return [*kept, events[-1]]


def _widest(events: list[int], *, room: float, stories: Sequence[tuple[int, int]]) -> list[float]:
    """Return how many pixels each rest may take."""
    usual = max(WIDEST_REST, 2 * room / (len(events) - 1))
    told = [
        after - before
        if any(started <= before and after <= ended for started, ended in stories)
        else 0
        for before, after in pairwise(events)
    ]
    long = max(told) / 10
    number = sum(gap > long for gap in told)
    most = max(usual, min(WIDEST_STORY, STORIES_SHARE * room / max(number, 1)))
    return [most if gap > long else usual for gap in told]


def _fill(gaps: list[int], *, room: float, least: float, widest: list[float]) -> float:
    """Return the pixels per nanosecond with which the steps take the whole room."""
    low, high = 0.0, max(widest) / min(gaps)
    for _ in range(48):
        middle = (low + high) / 2
        steps = (
            min(max(gap * middle, least), most) for gap, most in zip(gaps, widest, strict=True)
        )
        if sum(steps) < room:
            low = middle
        else:
            high = middle
    return high
