"""One client's lane: what it did, what waited for a thread, and who would have noticed it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from iomodels.figures import captions
from iomodels.figures.lanes import ClientLane, Span, minus, union
from iomodels.figures.legend import fill
from iomodels.figures.lettering import first_that_fit, first_that_fits, fit, width
from iomodels.figures.scale import Scale
from iomodels.figures.svg import Element, element
from iomodels.figures.times import duration
from iomodels.ledger import Mark, Neglect, Pending
from iomodels.wording import count, names

HEIGHT, NEGLECTED_HEIGHT = 60, 76
SMALL = 11
GUTTER = 138  # For names, left of the axis.
BAR_TOP, BAR_HEIGHT, HARM_HEIGHT = 34, 18, 32
LINE_HEIGHT = 13
LINE = 25
NEAREST = 3.0  # Pixels: what is closer together is drawn as one.
MOST_IN_A_LABEL = 3
CLOSE = 44.0  # Pixels between marks whose words are one label.
BADGE = 8

Badges = Mapping[Neglect, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a lane stands, and how its figure calls its patterns."""

    scale: Scale
    top: float
    left: float
    right: float
    prefix: str


def draw(lane: ClientLane, frame: Frame, *, badges: Badges) -> list[Element]:
    """Return the lane's drawing, `height(lane)` pixels high."""
    return [
        *_name(lane, frame),
        *_line(lane, frame),
        *_pending(lane, frame),
        *_neglects(lane, frame, badges=badges),
        *_marks(lane, frame),
    ]


def height(lane: ClientLane) -> int:
    return NEGLECTED_HEIGHT if lane.neglects else HEIGHT


def badge(number: int, *, x: float, y: float) -> list[Element]:
    """Return the sign by which a bar and the sentence about it find each other."""
    return [
        element("circle", class_="iof-badge", cx=x, cy=y, r=BADGE),
        element("text", str(number), class_="iof-badge-text", x=x, y=y + 4),
    ]


def on_paper(lines: Sequence[str], *, x: float, y: float, kind: str) -> list[Element]:
    """Return small text around the height `y`, on a pattern: bold on a plain ground, or seamed."""
    drawn: list[Element] = []
    first = y + 4 - LINE_HEIGHT * (len(lines) - 1) / 2
    for index, text in enumerate(lines):
        baseline = first + LINE_HEIGHT * index
        if "iof-harm-text" in kind:
            room = width(text, size=SMALL, bold=True) + 4
            drawn.append(
                element(
                    "rect", class_="iof-harm-band", x=x - 3, y=baseline - 11, width=room,
                    height=14,
                )
            )  # fmt: skip
        drawn.append(element("text", text, class_=f"iof-small {kind}", x=x, y=baseline))
    return drawn


def merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float, int, int]]:
    """Return spans of pixels that can be seen apart: left, right, and which of them each holds.

    `spans` must come in order. The last two numbers are the first and the last index, plus one.
    """
    found: list[tuple[float, float, int, int]] = []
    for index, (left, end) in enumerate(spans):
        right = max(end, left + NEAREST)
        if (
            found
            and left - found[-1][1] < NEAREST / 2
            and (
                right - left <= 2 * NEAREST
                or found[-1][1] - found[-1][0] <= 2 * NEAREST
                or left < found[-1][1]
            )
        ):
            before = found[-1]
            found[-1] = (before[0], max(before[1], right), before[2], index + 1)
        else:
            found.append((left, right, index, index + 1))
    return found


def _name(lane: ClientLane, frame: Frame) -> list[Element]:
    x = frame.left - GUTTER
    room = GUTTER - 10
    if lane.neglected_ns:
        kind, said = (
            "iof-small iof-strong iof-harm-text",
            f"✗ neglected {duration(lane.neglected_ns)}",
        )
    elif lane.watchers:
        who = names(lane.watchers) if len(lane.watchers) < 3 else f"{len(lane.watchers)} threads"
        kind, said = "iof-small iof-quiet", f"watched by {who}"
    else:
        kind, said = "iof-small iof-quiet", "no thread sleeps on it"
    is_bold = bool(lane.neglected_ns)
    return [
        element(
            "text", fit(lane.client, room=room, size=13, bold=True), class_="iof-name",
            x=x, y=frame.top + LINE + 4,
        ),
        element(
            "text", fit(said, room=room, size=SMALL, bold=is_bold), class_=kind,
            x=x, y=frame.top + LINE + 20,
        ),
    ]  # fmt: skip


def _line(lane: ClientLane, frame: Frame) -> list[Element]:
    """Return the line of the client's life: solid where somebody would notice it."""
    y = frame.top + LINE
    at = frame.scale.at
    ended = at(lane.ended_ns)
    watched = merged([(at(left), at(right)) for left, right in lane.watched])
    solid = "".join(f"M{left:.1f} {y:.1f}H{min(right, ended):.1f}" for left, right, *_ in watched)
    drawn = [
        element("path", class_="iof-unwatched", d=f"M{at(lane.started_ns):.1f} {y:.1f}H{ended:.1f}")
    ]
    return [*drawn, element("path", class_="iof-watched", d=solid)] if solid else drawn


def _pending(lane: ClientLane, frame: Frame) -> list[Element]:
    at = frame.scale.at
    holes = union(
        (round(at(neglect.started_ns)), round(at(neglect.ended_ns))) for neglect in lane.neglects
    )
    bars = merged([(at(waiting.started_ns), at(waiting.ended_ns)) for waiting in lane.pending])
    drawn: list[Element] = []
    for left, right, first, last in bars:
        drawn.append(_bar("pending", frame, left=left, right=right))
        pieces = minus([(round(left), round(right))], holes)
        piece: Span = max(pieces, key=lambda span: span[1] - span[0], default=(0, 0))
        text = first_that_fits(
            _waiting(lane.pending[first:last]), room=piece[1] - piece[0] - 10, size=SMALL
        )
        middle = frame.top + BAR_TOP + BAR_HEIGHT / 2
        drawn += on_paper([text] * bool(text), x=piece[0] + 6, y=middle, kind="iof-on-pattern")
    return drawn


def _waiting(pending: Sequence[Pending]) -> list[str]:
    longest = max(pending, key=lambda waiting: waiting.ended_ns - waiting.started_ns)
    lasted = duration(longest.ended_ns - longest.started_ns)
    sizes = [waiting.size for waiting in pending]
    if len(pending) == 2 and not all(sizes) and any(sizes):
        what = f"connection and {count(sum(sizes), 'byte')}"
        return [f"{what} wait {lasted}", what, "both wait"]
    if len(pending) > 1:
        return [f"{len(pending)} pieces, each waits {lasted} at most", f"{len(pending)} pieces"]
    what = count(longest.size, "byte") if longest.size else "connection"
    verb = "wait" if longest.size > 1 else "waits"
    return [f"{what} {verb} {lasted}", what]


def _neglects(lane: ClientLane, frame: Frame, *, badges: Badges) -> list[Element]:
    at = frame.scale.at
    ordered = sorted(lane.neglects, key=lambda neglect: neglect.started_ns)
    bars = merged([(at(neglect.started_ns), at(neglect.ended_ns)) for neglect in ordered])
    drawn: list[Element] = []
    for left, right, first, last in bars:
        inside = ordered[first:last]
        longest = max(inside, key=lambda neglect: neglect.lasted_ns)
        drawn.append(_bar("harm", frame, left=left, right=right))
        numbers = [badges[neglect] for neglect in inside if neglect in badges][:1]
        middle = frame.top + BAR_TOP + HARM_HEIGHT / 2
        since = left
        if numbers and right - left > 2 * BADGE + 4:
            drawn += badge(numbers[0], x=left + BADGE + 3, y=middle)
            since = left + 2 * BADGE + 3
        texts = captions.neglected(longest, is_accepted=longest.started_ns >= lane.accepted_ns)
        lines = first_that_fit(texts, room=right - since - 10, size=SMALL, bold=True)
        drawn += on_paper(lines, x=since + 6, y=middle, kind="iof-strong iof-on-harm iof-harm-text")
    return drawn


def _bar(kind: str, frame: Frame, *, left: float, right: float) -> Element:
    return element(
        "rect", class_=f"iof-{kind}", fill=fill(frame.prefix, kind), x=left,
        y=frame.top + BAR_TOP, width=max(min(right, frame.right) - left, 1),
        height=HARM_HEIGHT if kind == "harm" else BAR_HEIGHT,
    )  # fmt: skip


def _marks(lane: ClientLane, frame: Frame) -> list[Element]:
    drawn: list[Element] = []
    last: dict[str, float] = {}
    for mark in lane.marks:
        x = frame.scale.at(mark.at_ns)
        if x - last.get(mark.what, -NEAREST) >= NEAREST:
            drawn.append(_SHAPES.get(mark.what, _square)(x, frame.top + LINE))
            last[mark.what] = x
    return drawn + _labels(lane.marks, frame)


def _labels(marks: Sequence[Mark], frame: Frame) -> list[Element]:
    """Return the words above the marks; those of marks that stand close are said together."""
    groups: list[tuple[float, list[Mark]]] = []
    near = 0.0
    for mark in marks:
        x = frame.scale.at(mark.at_ns)
        if groups and x - near < CLOSE:
            groups[-1][1].append(mark)
        else:
            groups.append((x - 5, [mark]))
        near = x
    return [
        element("text", text, class_="iof-small iof-quiet", x=x, y=frame.top + 13)
        for x, text in _placed(groups, frame)
    ]


def _placed(groups: Sequence[tuple[float, list[Mark]]], frame: Frame) -> list[tuple[float, str]]:
    """Return where each group's words stand; a group without room is said with the next."""
    found: list[tuple[float, str]] = []
    waiting: list[Mark] = []
    free_from = frame.left - 8
    wanted = frame.left
    for index, (left, group) in enumerate(groups):
        wanted = wanted if waiting else left
        waiting += group
        is_last = index + 1 == len(groups)
        until = frame.right if is_last else groups[index + 1][0] - 8
        since = max(wanted, free_from + 8)
        text = first_that_fits(_said(waiting), room=until - since, size=SMALL)
        if is_last and not text:
            text = fit(_said(waiting)[-1], room=frame.right - free_from - 8, size=SMALL)
            since = max(frame.right - width(text, size=SMALL), free_from + 8)
        if text:
            found.append((since, text))
            free_from = since + width(text, size=SMALL)
            waiting = []
    return found


def _said(marks: Sequence[Mark]) -> list[str]:
    """Return what marks mean in words, from the fullest wording to the shortest."""
    counted = Counter(mark.what for mark in marks)
    sizes = {what: sum(mark.size for mark in marks if mark.what == what) for what in counted}
    summed = ", ".join(
        f"{what} {counted[what]} times" if counted[what] > 1 else what for what in counted
    )
    if len(marks) > MOST_IN_A_LABEL:
        bytes_in = ", ".join(
            f"{what} {count(sizes[what], 'byte')}" if sizes[what] else what for what in counted
        )
        return [bytes_in, summed]
    each = [
        (mark.what, f" {mark.size:,}" if mark.size else "", count(mark.size, "byte"))
        for mark in marks
    ]
    return [
        ", ".join(f"{what} {size}" if number else what for what, number, size in each),
        ", ".join(f"{what}{number}" for what, number, _ in each),
    ]


def _mark(mark: Mark) -> str:
    return f"{mark.what} {count(mark.size, 'byte')}" if mark.size else mark.what


def _path(d: str, *, is_open: bool = False) -> Element:
    return element("path", class_="iof-mark-open" if is_open else "iof-mark", d=d)


def _down(x: float, y: float) -> Element:
    return _path(f"M{x - 5:.1f} {y - 6:.1f}h10l-5 10z")


def _up(x: float, y: float) -> Element:
    return _path(f"M{x - 5:.1f} {y + 5:.1f}h10l-5 -10z", is_open=True)


def _circle(x: float, y: float) -> Element:
    return element("circle", class_="iof-mark-open", cx=x, cy=y, r=4)


def _cross(x: float, y: float) -> Element:
    return element("path", class_="iof-watched", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8")


def _square(x: float, y: float) -> Element:
    return element("rect", class_="iof-mark", x=x - 3.5, y=y - 3.5, width=7, height=7)


_SHAPES: Mapping[str, Callable[[float, float], Element]] = {
    "connects": _circle,
    "sends": _down,
    "receives": _up,
    "shuts down": _square,
    "closes": _cross,
    "resets": _cross,
}
