"""One thread's lane: running, or asleep in which call, on whom, and who paid for it."""

from collections.abc import Mapping, Sequence

from iomodels.figures import captions
from iomodels.figures.client_lane import BADGE, GUTTER, SMALL, Frame, badge, merged, on_paper
from iomodels.figures.lanes import ThreadLane
from iomodels.figures.legend import fill
from iomodels.figures.lettering import first_that_fit, first_that_fits, fit, push_apart
from iomodels.figures.svg import Element, element
from iomodels.figures.times import duration
from iomodels.ledger import Slept
from iomodels.wording import count

HEIGHT = 48
BAR_TOP, BAR_HEIGHT = 10, 32

NARROW = 2 * BADGE + 4

Badges = Mapping[Slept, int]
Bar = tuple[float, float, tuple[Slept, ...]]  # From, to, and the sleeps that it stands for.


def draw(lane: ThreadLane, frame: Frame, *, badges: Badges) -> list[Element]:
    """Return the lane's drawing, `HEIGHT` pixels high."""
    harmless = tuple(slept for slept in lane.sleeps if not slept.is_harmful)
    harmful = tuple(slept for slept in lane.sleeps if slept.is_harmful)
    return [
        *_name(lane, frame),
        *_life(lane, frame),
        *_sleeps(harmless, frame, walls=[frame.scale.at(slept.started_ns) for slept in harmful]),
        *_sleeps(harmful, frame, badges=badges),
        *_narrow_badges(harmful, frame, badges=badges),
    ]


def _name(lane: ThreadLane, frame: Frame) -> list[Element]:
    lasted = lane.life.ended_ns - lane.life.started_ns
    if not lane.sleeps:
        said = "never asleep"
    elif lane.harmful_ns:
        said = f"✗ harmful {duration(lane.harmful_ns)}"
    else:
        said = f"asleep {_percent(lane.life.asleep_ns, lasted)}"
    kind = "iof-strong iof-harm-text" if lane.harmful_ns else "iof-quiet"
    x, room = frame.left - GUTTER, GUTTER - 10
    return [
        element(
            "text", fit(lane.name, room=room, size=13, bold=True), class_="iof-name",
            x=x, y=frame.top + 22,
        ),
        element(
            "text", fit(said, room=room, size=SMALL, bold=bool(lane.harmful_ns)),
            class_=f"iof-small {kind}", x=x, y=frame.top + 37,
        ),
    ]  # fmt: skip


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0
    return "over 99 %" if 99 < share < 100 else f"{share:.0f} % of its time"


def _life(lane: ThreadLane, frame: Frame) -> list[Element]:
    left, right = frame.scale.at(lane.life.started_ns), frame.scale.at(lane.life.ended_ns)
    bar = element(
        "rect", class_="iof-run", x=left, y=frame.top + BAR_TOP,
        width=max(right - left, 1), height=BAR_HEIGHT,
    )  # fmt: skip
    if lane.sleeps:
        return [bar]
    texts = ["running all the time: it never sleeps", "never asleep", "runs"]
    text = first_that_fits(texts, room=right - left - 12, size=SMALL, bold=True)
    y = frame.top + BAR_TOP + BAR_HEIGHT / 2 + 4
    label = element("text", text, class_="iof-small iof-strong iof-on-run", x=left + 6, y=y)
    return [bar, label] if text else [bar]


def _bars(sleeps: tuple[Slept, ...], frame: Frame) -> list[Bar]:
    at = frame.scale.at
    spans = merged([(at(slept.started_ns), at(slept.ended_ns)) for slept in sleeps])
    return [
        (left, min(right, frame.right), sleeps[first:last]) for left, right, first, last in spans
    ]


def _number(sleeps: tuple[Slept, ...], badges: Badges) -> int | None:
    return min((badges[slept] for slept in sleeps if slept in badges), default=None)


def _sleeps(
    sleeps: tuple[Slept, ...],
    frame: Frame,
    *,
    badges: Badges | None = None,
    walls: Sequence[float] = (),
) -> list[Element]:
    """Return the bars; no text goes through a wall, where something else will be drawn."""
    drawn: list[Element] = []
    for left, right, inside in _bars(sleeps, frame):
        free_until = min([right, *(wall for wall in walls if wall > left)])
        drawn += _sleep(
            inside, frame, left=left, right=right, free_until=free_until, badges=badges or {}
        )
    return drawn


def _narrow_badges(sleeps: tuple[Slept, ...], frame: Frame, *, badges: Badges) -> list[Element]:
    """Return the numbers of bars that are too narrow to hold one: they stand above."""
    found = [
        (number, (left + right) / 2)
        for left, right, inside in _bars(sleeps, frame)
        if right - left <= NARROW and (number := _number(inside, badges)) is not None
    ]
    places = push_apart(
        [x for _, x in found], gap=2 * BADGE + 2, low=frame.left + BADGE, high=frame.right - BADGE
    )
    return [
        part
        for (number, _), x in zip(found, places, strict=True)
        for part in badge(number, x=x, y=frame.top + BAR_TOP - 4)
    ]


def _sleep(
    sleeps: tuple[Slept, ...],
    frame: Frame,
    *,
    left: float,
    right: float,
    free_until: float,
    badges: Badges,
) -> list[Element]:
    is_harmful = sleeps[0].is_harmful
    stroke = "harm" if is_harmful else "asleep"
    pattern = "harm" if is_harmful else "asleep" if len(sleeps) == 1 else "flicker"
    drawn = [
        element(
            "rect", class_=f"iof-{stroke}", fill=fill(frame.prefix, pattern), x=left,
            y=frame.top + BAR_TOP, width=right - left, height=BAR_HEIGHT,
        )
    ]  # fmt: skip
    middle = frame.top + BAR_TOP + BAR_HEIGHT / 2
    number = _number(sleeps, badges)
    since = left
    if number is not None and right - left > NARROW:
        drawn += badge(number, x=left + BADGE + 3, y=middle)
        since = left + 2 * BADGE + 3
    kind = "iof-strong iof-on-harm iof-harm-text" if is_harmful else "iof-on-pattern"
    room = free_until - since - 12
    lines = first_that_fit(_texts(sleeps), room=room, size=SMALL, bold=is_harmful)
    return [*drawn, *on_paper(lines, x=since + 6, y=middle, kind=kind)]


def _texts(sleeps: tuple[Slept, ...]) -> list[tuple[str, ...]]:
    if len(sleeps) == 1:
        return captions.sleep(sleeps[0])
    calls = sorted({captions.call(slept) for slept in sleeps})
    number = count(len(sleeps), "sleep")
    where = f"{number} in {calls[0]}" if len(calls) == 1 else number
    return [(where,), (number,)]
