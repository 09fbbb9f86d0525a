"""The five I/O models side by side, in the form of Stevens' figure 6.6, from measured messages."""

from collections.abc import Sequence

from iomodels.figures.columns import Block, Column, column
from iomodels.figures.kinds import Kind, is_refused, kind_of, waiting_call
from iomodels.figures.legend import Entry, fill, legend, patterns
from iomodels.figures.lettering import fit, wrap
from iomodels.figures.svg import Element, document, element, prefix
from iomodels.figures.table import Table
from iomodels.figures.times import duration
from iomodels.phases import Phases
from iomodels.wording import count, names

WIDTH = 960
MARGIN = 14
RAIL = 164  # Where the columns begin; left of it stand the names of the phases.
GAP = 12
PADDING = 8
MOST_MODELS = 6
SMALL = 11
LINE = 16
ENTRY = 24  # Room for a column's first and last words.
WAIT, WAKE_UP, COPY = 196, 64, 74  # Heights: each band has a scale of its own.
SIDE = 16  # Of a block: how far its rungs and stripes reach in.
RUNG = 4  # Least pixels between two refused calls.
LEAD = (
    "Every read has two phases: data must arrive, and then be copied to the program. "
    "The models differ in what the thread does meanwhile."
)
LEGEND = (
    Entry(swatch="asleep", text="thread sleeps in a system call"),
    Entry(swatch="run", text="thread runs (each rung: a call that got EAGAIN)"),
    Entry(swatch="free", text="thread is free for other work"),
    Entry(swatch="copy", text="in the call that copies"),
)
HEADERS = ("Model", "Wait for data", "Wake-up", "Copy to the program", "System calls", "Waits in")


def comparison(models: Sequence[tuple[str, Phases]], *, title: str) -> str:
    """Return the figure: a column for each model, of which at most six are shown."""
    models = models[:MOST_MODELS]
    name = prefix("comparison", title, models)
    drawn, top = _head(title)
    pitch = (WIDTH - MARGIN - PADDING - RAIL + GAP) / max(len(models), 1)
    top += 48
    body = _bands(top)
    for index, (model, phases) in enumerate(models):
        left = RAIL + index * pitch
        body += _column(
            model, phases, column(phases), left=left, room=pitch - GAP, top=top, prefix=name
        )
    body += _phases(top)
    bottom = top + ENTRY + WAIT + WAKE_UP + COPY + ENTRY
    explained, height = legend(
        LEGEND, prefix=name, left=MARGIN, top=bottom + 76, room=WIDTH - 2 * MARGIN
    )
    return document(
        patterns(name),
        *drawn,
        *body,
        *_foot(bottom),
        *explained,
        prefix=name,
        title=title,
        description=describe(models),
        width=WIDTH,
        height=round(bottom + 76 + height + 4),
    )


def table(models: Sequence[tuple[str, Phases]]) -> Table:
    """Return the measured times of every model."""
    rows = [
        (
            model,
            duration(phases.wait_ns, digits=3),
            duration(phases.wake_up_ns, digits=3),
            duration(phases.copy_ns, digits=3) if phases.copy_ns else "not seen from outside",
            f"{len(phases.calls):,}",
            waiting_call(phases),
        )
        for model, phases in models
    ]
    return Table(headers=HEADERS, rows=rows)


def describe(models: Sequence[tuple[str, Phases]]) -> str:
    """Return the figure in sentences, for those who do not see it."""
    said = []
    for model, phases in models:
        found = column(phases)
        wait = " ".join(found.wait.lines)
        copied = f", copy {duration(phases.copy_ns)}" if phases.copy_ns else ""
        said.append(
            f"{model}: {wait} while it waits {duration(phases.wait_ns)}{copied}; "
            f"{count(len(phases.calls), 'system call')}; can wait for {found.waits_for}."
        )
    shown = names([model for model, _ in models])
    return " ".join([f"{count(len(models), 'model')} side by side: {shown}.", LEAD, *said])


def _head(title: str) -> tuple[list[Element], float]:
    room = WIDTH - 2 * MARGIN
    drawn = [_words(fit(title, room=room, size=17, bold=True), x=MARGIN, y=26, kind="iof-title")]
    y = 48
    for line in wrap(LEAD, room=room, size=13):
        drawn.append(_words(line, x=MARGIN, y=y, kind="iof-body"))
        y += 18
    return drawn, y


def _bands(top: float) -> list[Element]:
    """Return the grounds of the two phases, and the moment between them."""
    arrived = top + ENTRY + WAIT
    copied = arrived + WAKE_UP
    return [
        _ground("iof-wait-band", top=top, height=ENTRY + WAIT),
        _ground("iof-copy-band", top=copied, height=COPY + ENTRY),
    ]


def _ground(kind: str, *, top: float, height: float) -> Element:
    return element(
        "rect", class_=kind, x=MARGIN, y=top, width=WIDTH - 2 * MARGIN, height=height, rx=4
    )


def _phases(top: float) -> list[Element]:
    """Return what the bands are called, on the rail, and the line of the arrival."""
    x = MARGIN + 8
    arrived = top + ENTRY + WAIT
    copied = arrived + WAKE_UP
    middle = top + (ENTRY + WAIT) / 2
    line = f"M{MARGIN} {arrived:.1f}H{WIDTH - MARGIN}"
    return [
        _words("Phase 1", x=x, y=middle - 18, kind="iof-small iof-strong iof-quiet"),
        _words("wait for data", x=x, y=middle, kind="iof-name"),
        _words("each in its own way", x=x, y=middle + 18, kind="iof-small"),
        _words("scale: milliseconds", x=x, y=middle + 34, kind="iof-small iof-quiet"),
        element("path", class_="iof-arrival", d=line),
        _words("data arrives", x=x, y=arrived - 8, kind="iof-arrival-text"),
        _words("wake-up", x=x, y=arrived + 28),
        _words("scale: microseconds", x=x, y=arrived + 44, kind="iof-small iof-quiet"),
        _words("Phase 2", x=x, y=copied + 22, kind="iof-small iof-strong iof-quiet"),
        _words("copy data from", x=x, y=copied + 40, kind="iof-name"),
        _words("kernel to user", x=x, y=copied + 56, kind="iof-name"),
        _words("scale: microseconds", x=x, y=copied + 74, kind="iof-small iof-quiet"),
    ]


def _column(
    model: str,
    phases: Phases,
    found: Column,
    *,
    left: float,
    room: float,
    top: float,
    prefix: str,
) -> list[Element]:
    middle = left + room / 2
    arrived = top + ENTRY + WAIT
    copied = arrived + WAKE_UP
    bottom = copied + COPY
    drawn = [
        _words(
            fit(model, room=room, size=13, bold=True),
            x=middle, y=top - 24, kind="iof-name iof-middle",
        ),
        _words(
            fit(found.calls, room=room, size=SMALL),
            x=middle, y=top - 8, kind="iof-small iof-quiet iof-middle",
        ),
        _words(fit(found.begins, room=room), x=middle, y=top + 16, kind="iof-middle"),
    ]  # fmt: skip
    bands = (
        (found.wait, top + ENTRY, arrived),
        (found.wake_up, arrived, copied),
        (found.copy, copied, bottom),
    )
    for block, begin, end in bands:
        drawn += _ground_of(block, left=left, room=room, top=begin, bottom=end, prefix=prefix)
    if kind_of(phases) is Kind.NON_BLOCKING:
        drawn += _rungs(phases, left=left, room=room, top=top + ENTRY, bottom=arrived)
    for block, begin, end in bands:
        drawn += _lines(block, middle=middle, room=room, top=begin, bottom=end)
    drawn.append(_words(fit(found.ends, room=room), x=middle, y=bottom + 16, kind="iof-middle"))
    facts = (found.waits_for, count(len(phases.calls), "call"))
    for index, fact in enumerate(facts):
        y = bottom + ENTRY + 26 + 22 * index
        drawn.append(_words(fit(fact, room=room), x=middle, y=y, kind="iof-middle"))
    return drawn


def _ground_of(
    block: Block, *, left: float, room: float, top: float, bottom: float, prefix: str
) -> list[Element]:
    if not block.look:
        middle = left + room / 2
        line = f"M{middle:.1f} {top:.1f}v7M{middle:.1f} {bottom:.1f}v-7"
        return [element("path", class_="iof-arrow", d=line)]
    hatch = fill(prefix, block.look) if block.look in ("asleep", "copy") else None
    kind = "free" if block.look == "kernel" else block.look
    ground = element(
        "rect", class_=f"iof-{kind}", fill=hatch, x=left, y=top, width=room, height=bottom - top
    )
    if block.look != "copy":
        return [ground]
    # Letters cannot be read on stripes: these stay at the sides, like the rungs.
    plain = element(
        "rect", class_="iof-copy-plain", x=left + SIDE, y=top + 1, width=room - 2 * SIDE,
        height=bottom - top - 2,
    )  # fmt: skip
    return [ground, plain]


def _rungs(phases: Phases, *, left: float, room: float, top: float, bottom: float) -> list[Element]:
    """Return a rung for each refused call, where it was; those too close to see are one."""
    began = phases.calls[0].started_ns if phases.calls else 0
    lasted = max(phases.arrived_ns - began, 1)
    path = ""
    last = top
    for call in filter(is_refused, phases.calls):
        y = top + (bottom - top) * (call.started_ns - began) / lasted
        if last + RUNG <= y < bottom:
            path += f"M{left:.1f} {y:.1f}h{SIDE}M{left + room - SIDE:.1f} {y:.1f}h{SIDE}"
            last = y
    return [element("path", class_="iof-rung", d=path)] if path else []


def _lines(block: Block, *, middle: float, room: float, top: float, bottom: float) -> list[Element]:
    ground = {
        "run": " iof-on-run",
        "asleep": " iof-on-pattern",
        "": " iof-on-pattern",
    }.get(block.look, "")
    lines = [*block.lines, block.lasted, block.remark]
    strong_lines = {0, len(block.lines)} if block.look else set()
    number = sum(map(bool, lines))
    margin = 2 * SIDE + 4 if block.look in ("run", "copy") else 8
    first = (top + bottom) / 2 + 4 - LINE * (number - 1) / 2
    drawn = []
    for index, text in enumerate(filter(None, lines)):
        is_strong = index in strong_lines and text != block.remark
        strong = " iof-strong" if is_strong else ""
        quiet = " iof-small iof-quiet" if text == block.remark else ""
        shown = fit(text, room=room - margin, bold=is_strong)
        kind = f"iof-middle{ground}{strong}{quiet}"
        drawn.append(_words(shown, x=middle, y=first + LINE * index, kind=kind))
    return drawn


def _foot(top: float) -> list[Element]:
    x = MARGIN + 8
    return [
        _words("can wait for", x=x, y=top + 26, kind="iof-quiet"),
        _words("system calls", x=x, y=top + 48, kind="iof-quiet"),
        element("path", class_="iof-rule", d=f"M{MARGIN} {top + 62:.1f}H{WIDTH - MARGIN}"),
    ]


def _words(text: str, *, x: float, y: float, kind: str = "") -> Element:
    return element("text", text, class_=kind or None, x=x, y=y)
