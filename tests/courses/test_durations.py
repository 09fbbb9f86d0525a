from datetime import UTC, datetime, timedelta

import pytest

from courses.templatetags.durations import lasting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.6, "1 s"),
        (12, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (239, "3 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (100 * 3600, "100 h 0 min"),
    ],
)
def test_lasting_says_how_long_in_a_word_or_two(seconds: float, says: str) -> None:
    assert lasting(NOON, NOON + timedelta(seconds=seconds)) == says
