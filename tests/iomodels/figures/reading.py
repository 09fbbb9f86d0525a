"""Figures read back: what is written in them, where, and how much room it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree as ET

from iomodels.figures.lettering import width

NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = {"iof-title": 17, "iof-lead": 14, "iof-body": 13, "iof-name": 13, "iof-small": 11,
         "iof-badge-text": 11}  # fmt: skip
BOLD = {"iof-title", "iof-name", "iof-strong", "iof-badge-text", "iof-arrival-text"}
MIDDLE = {"iof-middle", "iof-badge-text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    text: str
    kinds: frozenset[str]
    size: float
    left: float
    right: float
    top: float
    bottom: float


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def written(svg: str) -> list[Written]:
    """Return every text in the figure with the box that it takes, in the widest font."""
    return [_box(text) for text in parse(svg).iter(f"{NAMESPACE}text")]


def words(svg: str) -> list[str]:
    return [text.text for text in written(svg)]


def of_kind(svg: str, kind: str) -> list[ET.Element]:
    return [part for part in parse(svg).iter() if kind in part.get("class", "").split()]


def troubles(svg: str) -> list[str]:
    """Return what a reader could not read: text outside the figure, too small, or on other text."""
    root = parse(svg)
    wide, high = (float(side) for side in root.get("viewBox", "").split()[2:])
    return [*_outside(svg, wide=wide, high=high), *_overlaps(svg)]


def _outside(svg: str, *, wide: float, high: float) -> Iterator[str]:
    for text in written(svg):
        if text.left < -0.5 or text.right > wide + 0.5 or text.top < 0 or text.bottom > high:
            yield f"outside: {text.text}"
        if text.size < 11:
            yield f"too small: {text.text}"


def _overlaps(svg: str) -> Iterator[str]:
    for one, other in combinations(written(svg), 2):
        beside = one.right <= other.left + 0.5 or other.right <= one.left + 0.5
        apart = one.bottom <= other.top + 0.5 or other.bottom <= one.top + 0.5
        if not beside and not apart:
            yield f"overlap: {one.text} | {other.text}"


def _box(text: ET.Element) -> Written:
    kinds = frozenset(text.get("class", "").split())
    size = next((SIZES[kind] for kind in sorted(kinds) if kind in SIZES), 12)
    said = text.text or ""
    room = width(said, size=size, bold=bool(kinds & BOLD))
    x, y = float(text.get("x", "nan")), float(text.get("y", "nan"))
    left = x - room / 2 if kinds & MIDDLE else x - room if "iof-end" in kinds else x
    return Written(
        text=said,
        kinds=kinds,
        size=size,
        left=left,
        right=left + room,
        top=y - 0.78 * size,
        bottom=y + 0.22 * size,
    )
