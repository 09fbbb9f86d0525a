"""The axis of time: moments below it, and above it the true length of what was shortened."""

from iomodels.figures.legend import zigzag
from iomodels.figures.lettering import width
from iomodels.figures.scale import Break, Scale
from iomodels.figures.svg import Element, element
from iomodels.figures.times import duration

ABOVE, BELOW = 22, 18  # Pixels that its texts take.
NEAREST = 14  # Between two stamps.
SMALL = 11
TICK = 4


def draw_axis(axis: Scale, *, y: float, bottom: float, label_x: float) -> list[Element]:
    """Return the axis at height `y`, and hairlines down to `bottom` where it is shortened."""
    drawn: list[Element] = []
    since = axis.places[0]
    for rest in axis.breaks:
        drawn.append(element("path", class_="iof-axis", d=f"M{since:.1f} {y:.1f}H{rest.left:.1f}"))
        drawn += _break(rest, y=y, bottom=bottom)
        since = rest.right
    drawn.append(
        element("path", class_="iof-axis", d=f"M{since:.1f} {y:.1f}H{axis.places[-1]:.1f}")
    )
    label = element("text", "time, not to scale", class_="iof-small iof-quiet", x=label_x, y=y + 4)
    return [*drawn, *_stamps(axis, y=y), label]


def _break(rest: Break, *, y: float, bottom: float) -> list[Element]:
    edges = f"M{rest.left:.1f} {y:.1f}V{bottom:.1f}M{rest.right:.1f} {y:.1f}V{bottom:.1f}"
    drawn = [
        element("path", class_="iof-rest", d=edges),
        element("path", class_="iof-axis-break", d=zigzag(rest.left, rest.right, y)),
    ]
    text = duration(rest.ended_ns - rest.started_ns)
    if width(text, size=SMALL, bold=True) < rest.right - rest.left:
        kind = "iof-small iof-strong iof-middle"
        middle = (rest.left + rest.right) / 2
        drawn.append(element("text", text, class_=kind, x=middle, y=y - 9))
    return drawn


def _stamps(axis: Scale, *, y: float) -> list[Element]:
    """Return the moments below the axis: the run's ends, then where rests end, then the others."""
    ends = [axis.moments[0], axis.moments[-1]]
    wanted = [*ends, *(rest.ended_ns for rest in axis.breaks), *axis.moments]
    taken: list[tuple[float, float]] = []
    drawn: list[Element] = []
    for moment in dict.fromkeys(wanted):
        text = duration(moment, digits=3)
        half = width(text, size=SMALL) / 2
        x = axis.at(moment)
        left = min(max(x - half, axis.places[0]), axis.places[-1] - 2 * half)
        right = left + 2 * half
        if any(left < other[1] + NEAREST and other[0] < right + NEAREST for other in taken):
            continue
        taken.append((left, right))
        drawn += [
            element("path", class_="iof-axis", d=f"M{x:.1f} {y:.1f}v{TICK}"),
            element("text", text, class_="iof-small iof-quiet", x=left, y=y + TICK + 11),
        ]
    return drawn
