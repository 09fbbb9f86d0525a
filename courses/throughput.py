"""The chart of the runs that finished in the last hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.gauges import Minute

MINUTES_PER_BAR = 5
# Of the drawing, in its own units.
BAR_WIDTH, GAP, HEIGHT = 24, 4, 80
SHORTEST = 2  # One run is seen as well.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    began_at: datetime
    finished: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    bars: tuple[Bar, ...]
    total: int
    most: int
    width: int
    height: int


def chart(minutes: Sequence[Minute]) -> Chart:
    """Sum up every five minutes and scale the bars to the highest."""
    groups = [
        minutes[first : first + MINUTES_PER_BAR]
        for first in range(0, len(minutes), MINUTES_PER_BAR)
    ]
    sums = [sum(minute.finished for minute in group) for group in groups]
    most = max(sums, default=0)
    bars = tuple(
        _bar(number, group[0].began_at, count, most=most)
        for number, (group, count) in enumerate(zip(groups, sums, strict=True))
    )
    width = len(bars) * (BAR_WIDTH + GAP)
    return Chart(bars=bars, total=sum(sums), most=most, width=width, height=HEIGHT)


def _bar(number: int, began_at: datetime, count: int, *, most: int) -> Bar:
    height = max(round(HEIGHT * count / most), SHORTEST) if count else 0
    return Bar(
        began_at=began_at,
        finished=count,
        x=number * (BAR_WIDTH + GAP),
        y=HEIGHT - height,
        height=height,
    )
