"""The patterns that every figure shares, and the line that explains them."""

from collections.abc import Sequence
from dataclasses import dataclass

from iomodels.figures.lettering import width
from iomodels.figures.svg import Element, element

SMALL = 11
ROW = 20
SWATCH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One swatch and what it means."""

    swatch: str  # One of the cases below.
    text: str


def patterns(prefix: str) -> Element:
    """Return the definitions; colour never carries a meaning alone, so each has its own hatch."""
    return element(
        "defs",
        _pattern(
            f"{prefix}-asleep", 7,
            element("rect", class_="iof-p-asleep", width=7, height=7),
            element("path", class_="iof-p-asleep-line", d="M0 7L7 0"),
        ),
        _pattern(
            f"{prefix}-harm", 9,
            element("rect", class_="iof-p-harm", width=9, height=9),
            element("path", class_="iof-p-harm-line", d="M0 0L9 9M-1 8L1 10M8 -1L10 1"),
        ),
        _pattern(
            f"{prefix}-pending", 6,
            element("rect", class_="iof-p-pending", width=6, height=6),
            element("circle", class_="iof-p-pending-dot", cx=3, cy=3, r=1),
        ),
        _pattern(
            f"{prefix}-copy", 6,
            element("rect", class_="iof-p-copy", width=6, height=6),
            element("path", class_="iof-p-copy-line", d="M3 0V6"),
        ),
        _pattern(
            f"{prefix}-flicker", 6,
            element("rect", class_="iof-p-asleep", width=6, height=6),
            element("rect", class_="iof-run", width=2, height=6),
        ),
    )  # fmt: skip


def fill(prefix: str, pattern: str) -> str:
    return f"url(#{prefix}-{pattern})"


def legend(
    entries: Sequence[Entry], *, prefix: str, left: float, top: float, room: float
) -> tuple[list[Element], float]:
    """Return the legend in as many rows as it needs, and its height."""
    drawn: list[Element] = []
    x, y = left, top
    for entry in entries:
        taken = SWATCH + 6 + width(entry.text, size=SMALL) + 18
        if x > left and x + taken - 18 > left + room:
            x, y = left, y + ROW
        drawn += _swatch(entry.swatch, prefix=prefix, x=x, y=y)
        drawn.append(element("text", entry.text, class_="iof-small", x=x + SWATCH + 6, y=y + 11))
        x += taken
    return drawn, y + ROW - top


def _pattern(name: str, size: int, *parts: Element) -> Element:
    return element(
        "pattern", *parts, id=name, width=size, height=size, patternUnits="userSpaceOnUse"
    )


def _swatch(kind: str, *, prefix: str, x: float, y: float) -> list[Element]:
    middle = y + 7
    match kind:
        case "watched" | "unwatched":
            return [element("path", class_=f"iof-{kind}", d=f"M{x:.1f} {middle:.1f}h{SWATCH}")]
        case "break":
            return [element("path", class_="iof-axis-break", d=zigzag(x, x + SWATCH, middle))]
        case "run":
            return [element("rect", class_="iof-run", x=x, y=y, width=SWATCH, height=14)]
        case "free":
            return [element("rect", class_="iof-free", x=x, y=y, width=SWATCH, height=14, rx=3)]
        case "flicker":
            stroke = "iof-asleep"
        case _:
            stroke = f"iof-{kind}"
    return [
        element("rect", class_=stroke, fill=fill(prefix, kind), x=x, y=y, width=SWATCH, height=14)
    ]


def zigzag(left: float, right: float, y: float) -> str:
    """Return a path along an axis with the usual mark of a part left out, in its middle."""
    middle = (left + right) / 2
    return (
        f"M{left:.1f} {y:.1f}H{middle - 8:.1f}l4 -5l8 10l4 -5H{right:.1f}"
        if right - left > 20
        else f"M{left:.1f} {y:.1f}H{right:.1f}"
    )
