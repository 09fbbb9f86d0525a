from datetime import UTC, datetime, timedelta

from courses.throughput import Bar, Chart, chart
from grader.gauges import Minute

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minutes(*finished: int) -> list[Minute]:
    return [
        Minute(began_at=NOON + timedelta(minutes=number), finished=count)
        for number, count in enumerate(finished)
    ]


def test_five_minutes_are_a_bar_and_the_highest_fills_the_chart() -> None:
    five, ten = (NOON + timedelta(minutes=number) for number in (5, 10))

    assert chart(minutes(1, 0, 2, 0, 1, *[4] * 5, *[0] * 5)) == Chart(
        bars=(
            Bar(began_at=NOON, finished=4, x=0, y=64, height=16),
            Bar(began_at=five, finished=20, x=28, y=0, height=80),
            Bar(began_at=ten, finished=0, x=56, y=80, height=0),
        ),
        total=24,
        most=20,
        width=84,
        height=80,
    )


def test_one_run_among_many_is_seen() -> None:
    found = chart(minutes(1000, 0, 0, 0, 0, 1))

    assert [(bar.height, bar.y) for bar in found.bars] == [(80, 0), (2, 78)]


def test_an_hour_without_runs_is_empty() -> None:
    found = chart(minutes(*[0] * 60))

    assert [bar.height for bar in found.bars] == [0] * 12
    assert (found.total, found.most) == (0, 0)


def test_no_minutes_make_no_bars() -> None:
    assert chart([]) == Chart(bars=(), total=0, most=0, width=0, height=80)
