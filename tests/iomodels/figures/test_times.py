import pytest

from iomodels.figures.times import duration


@pytest.mark.parametrize(
    ("nanoseconds", "said"),
    [
        (0, "0"),
        (3, "under 1 µs"),
        (1_000, "1 µs"),
        (12_345, "12 µs"),
        (999_400, "999 µs"),
        (999_600, "1 ms"),
        (8_130_000, "8.1 ms"),
        (50_400_000, "50 ms"),
        (1_500_000_000, "1.5 s"),
        (3_600_000_000_000, "3,600 s"),
    ],
)
def test_duration_has_two_digits_and_the_unit_of_its_size(nanoseconds: int, said: str) -> None:
    assert duration(nanoseconds) == said


def test_duration_has_more_digits_if_asked() -> None:
    assert duration(8_134_000, digits=3) == "8.13 ms"
