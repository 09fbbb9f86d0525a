"""How much room text takes, and how it is made to fit."""

from collections.abc import Sequence

# Thousandths of an em, from the space to the tilde, in DejaVu Sans Book: the widest of the fonts
# that a page may fall back to, so what fits in it fits in every other.
_ADVANCES = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip
# The same in DejaVu Sans Bold.
_BOLD_ADVANCES = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
    683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
    724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
    343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
)  # fmt: skip
_OTHER_LETTER = 1000
_WIDE_LETTER = 1400  # Chinese, Japanese, Korean, pictures, and the sign for what has no letter.
_FIRST_WIDE = 0x2E80
ELLIPSIS = "…"


def width(text: str, *, size: float = 12, bold: bool = False) -> float:
    """Return the pixels that text takes at most, in any of the fonts that may be used."""
    advances = _BOLD_ADVANCES if bold else _ADVANCES
    return sum(_advance(letter, advances) for letter in text) / 1000 * size


def fit(text: str, *, room: float, size: float = 12, bold: bool = False) -> str:
    """Return text, cut at its end if it must be; nothing if not even two letters would remain."""
    if width(text, size=size, bold=bold) <= room:
        return text
    left = room - width(ELLIPSIS, size=size, bold=bold)
    kept = 0
    while kept < len(text):
        left -= width(text[kept], size=size, bold=bold)
        if left < 0:
            break
        kept += 1
    return f"{text[:kept].rstrip()}{ELLIPSIS}" if kept > 1 else ""


def first_that_fits(
    variants: Sequence[str], *, room: float, size: float = 12, bold: bool = False
) -> str:
    """Return the first of several wordings, the longest first, for which there is room."""
    return next((text for text in variants if width(text, size=size, bold=bold) <= room), "")


def first_that_fit(
    variants: Sequence[tuple[str, ...]], *, room: float, size: float = 12, bold: bool = False
) -> tuple[str, ...]:
    """Return the first of several wordings of one line or more, each of which must fit."""
    return next(
        (
            lines
            for lines in variants
            if all(width(text, size=size, bold=bold) <= room for text in lines)
        ),
        (),
    )


def wrap(text: str, *, room: float, size: float = 12, bold: bool = False) -> list[str]:
    """Return the lines of a paragraph; a word that is too long for a line is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size=size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(fit(word, room=room, size=size, bold=bold) or ELLIPSIS)
    return lines


def push_apart(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Return places at least `gap` apart, in the same order, as near to the wanted as it goes.

    If they cannot all stand between `low` and `high`, they stand closer, evenly.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + gap if placed else low))
    limit = high
    for index in reversed(range(len(placed))):
        placed[index] = max(low, min(placed[index], limit))
        limit = placed[index] - gap
    return placed


def _advance(letter: str, advances: Sequence[int]) -> int:
    index = ord(letter) - ord(" ")
    if 0 <= index < len(advances):
        return advances[index]
    is_wide = ord(letter) >= _FIRST_WIDE or not letter.isprintable()
    return _WIDE_LETTER if is_wide else _OTHER_LETTER
