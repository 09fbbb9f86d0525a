"""Durations as figures write them: from 10 microseconds to minutes in one picture."""

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))


def duration(nanoseconds: int, *, digits: int = 2) -> str:
    """Return "12 µs", "8.1 ms", "1.5 s": two digits, since a tracer sees no more."""
    for size, unit in _UNITS:
        # 999.5 µs would be rounded to 1000 µs: that is 1 ms.
        if nanoseconds >= size * (1 - 0.5 / 10 ** max(digits, 3)):
            return f"{_rounded(nanoseconds / size, digits=digits)} {unit}"
    return "under 1 µs" if nanoseconds > 0 else "0"


def _rounded(value: float, *, digits: int) -> str:
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{float(f'{value:.{digits}g}'):g}"
