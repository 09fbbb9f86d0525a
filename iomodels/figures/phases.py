"""How one message reached the program, in the form of Stevens' figures 6.1 to 6.5."""

from collections.abc import Sequence
from itertools import pairwise

from iomodels.figures.exchange import Act, Exchange, State, Step, exchange
from iomodels.figures.kinds import Kind, kind_of, reading_call, refusals, waiting_call
from iomodels.figures.legend import Entry, fill, legend, patterns
from iomodels.figures.lettering import fit, wrap
from iomodels.figures.svg import Element, document, element, prefix
from iomodels.figures.table import Table
from iomodels.figures.times import duration
from iomodels.phases import Phases
from iomodels.wording import call_name, count

WIDTH = 960
MARGIN = 14
STAMPS = 104  # Where the moments end.
THREAD, KERNEL = 304, 588  # The middles of the two lifelines.
BAR = 18
BRACE = 744
BRACE_TEXT = 764
SMALL = 11
STEP, LONG_STEP = 46, 66  # Pixels from a step to the next; a long time gets a break mark.
LONG_NS = 400_000
MB = 1_000_000
HEADERS = ("Call", "From", "For", "Result", "Asleep")


def phases(phases: Phases, *, title: str) -> str:
    """Return the figure: the thread on the left, the kernel on the right, time downwards."""
    name = prefix("phases", title, phases)
    found = exchange(phases)
    head, top = _head(phases, title=title)
    places = _places(found.steps, top=top + 34)
    bottom = places[-1] + 22
    explained, height = legend(
        _entries(found), prefix=name, left=MARGIN, top=bottom + 20, room=WIDTH - 2 * MARGIN
    )
    return document(
        patterns(name),
        *head,
        *_columns(top=top + 8),
        *_thread(found, places, prefix=name),
        *_kernel(found, places, phases, prefix=name),
        *_steps(found.steps, places),
        *_braces(found, places, phases),
        *explained,
        prefix=name,
        title=title,
        description=describe(phases),
        width=WIDTH,
        height=round(bottom + 20 + height + 4),
    )


def table(phases: Phases) -> Table:
    """Return every call on the way to the message; the phases are in the note."""
    rows = [
        (
            call_name(call.syscall),
            duration(call.started_ns, digits=4),
            duration(call.ended_ns - call.started_ns, digits=3),
            call.result or "did not return",
            "yes" if call.is_asleep else "no",
        )
        for call in phases.calls
    ]
    return Table(headers=HEADERS, rows=rows, note=_durations(phases))


def median(many: Sequence[Phases]) -> Phases:
    """Return the message whose total (wait, wake-up and copy) is the median.

    A message that really was, never an average of several; of an even number, the quicker of the
    two in the middle. There must be one at least.
    """
    if not many:
        raise ValueError("There is no median of no messages.")
    ordered = sorted(many, key=lambda one: (total_ns(one), one.client, one.number))
    return ordered[(len(ordered) - 1) // 2]


def total_ns(phases: Phases) -> int:
    return phases.wait_ns + phases.wake_up_ns + phases.copy_ns


def summary(phases: Phases) -> str:
    """Return what the thread did meanwhile, in a sentence."""
    wait, read = duration(phases.wait_ns), reading_call(phases)
    asleep = waiting_call(phases)
    match kind_of(phases):
        case Kind.BLOCKING:
            return f"The thread slept in {read} for {wait}, until this client's bytes came."
        case Kind.NON_BLOCKING:
            tries = count(refusals(phases), "time")
            return f"The thread asked {tries} in vain during {wait}, and never slept."
        case Kind.MULTIPLEXING:
            return f"The thread slept in {asleep} for {wait}, on all clients at once; then it read."
        case Kind.SIGNAL_DRIVEN:
            return f"The kernel sent SIGIO when the bytes came, after {wait}; then the thread read."
        case Kind.ASYNCHRONOUS:
            return f"The kernel waited {wait} and copied; the thread was told when all was done."


def describe(phases: Phases) -> str:
    """Return the figure in sentences, for those who do not see it."""
    what = f"Message {phases.number} of client {phases.client}, {count(phases.size, 'byte')}"
    return f"{what}; model: {kind_of(phases)}. {summary(phases)} {_durations(phases)}"


def _durations(phases: Phases) -> str:
    return (
        f"Wait {duration(phases.wait_ns)}, wake-up {duration(phases.wake_up_ns)}, "
        f"copy {duration(phases.copy_ns)}."
    )


def _head(phases: Phases, *, title: str) -> tuple[list[Element], float]:
    room = WIDTH - 2 * MARGIN
    drawn = [_words(fit(title, room=room, size=17, bold=True), x=MARGIN, y=26, kind="iof-title")]
    y = 50
    for line in wrap(summary(phases), room=room, size=14, bold=True)[:2]:
        drawn.append(_words(line, x=MARGIN, y=y, kind="iof-lead iof-strong"))
        y += 20
    return drawn, y + 4


def _places(steps: Sequence[Step], *, top: float) -> list[float]:
    places = [top + 24]
    for before, after in pairwise(steps):
        is_long = after.at_ns - before.at_ns >= LONG_NS
        places.append(places[-1] + (LONG_STEP if is_long else STEP))
    return places


def _columns(*, top: float) -> list[Element]:
    return [
        _words("time", x=STAMPS, y=top, kind="iof-small iof-strong iof-quiet iof-end"),
        _words("application: your thread", x=THREAD, y=top, kind="iof-name iof-middle"),
        _words("kernel", x=KERNEL, y=top, kind="iof-name iof-middle"),
        _words("what takes the time", x=BRACE, y=top, kind="iof-name"),
        element("path", class_="iof-rule", d=f"M{MARGIN} {top + 10:.1f}H{WIDTH - MARGIN}"),
    ]


def _thread(found: Exchange, places: Sequence[float], *, prefix: str) -> list[Element]:
    """Return the thread's lifeline, each state with its words once."""
    drawn: list[Element] = []
    since = 0
    for index, doing in enumerate(found.doing):
        is_last = index + 1 == len(found.doing)
        if not is_last and found.doing[index + 1] == doing:
            continue
        top, bottom = places[since], places[index + 1]
        pattern = fill(prefix, "asleep") if doing.state is State.ASLEEP else None
        left = THREAD - BAR / 2
        strong = " iof-strong" if doing.state is not State.RUNNING else ""
        y = (top + bottom) / 2 + 4
        drawn += [
            _bar(doing.state.value, left=left, top=top, bottom=bottom, fill=pattern),
            _words(
                fit(doing.text, room=THREAD - BAR - STAMPS - 10, bold=bool(strong)),
                x=THREAD - BAR,
                y=y,
                kind=f"iof-end{strong}",
            ),
        ]
        since = index + 1
    return drawn


def _kernel(
    found: Exchange, places: Sequence[float], phases: Phases, *, prefix: str
) -> list[Element]:
    """Return the kernel's lifeline: no data, data ready, copying."""
    arrived = _place(found, places, Act.ARRIVE)
    began, ended = _copy_places(found, places)
    left, text_x = KERNEL - BAR / 2, KERNEL + BAR
    drawn: list[Element] = []
    if arrived > places[0]:
        drawn.append(_bar("empty", left=left, top=places[0], bottom=arrived))
        drawn.append(_words("no data ready", x=text_x, y=(places[0] + arrived) / 2 + 4))
    if began > arrived:
        dots = fill(prefix, "pending")
        drawn.append(_bar("pending", left=left, top=arrived, bottom=began, fill=dots))
    if ended > began:
        stripes = fill(prefix, "copy")
        drawn.append(_bar("copy", left=left, top=began, bottom=ended, fill=stripes))
        drawn.append(_words("copies the data", x=text_x, y=(began + ended) / 2 + 4))
    size = f"{phases.size / 1e6:,.3g} MB" if phases.size >= MB else count(phases.size, "byte")
    line = f"M{left - 6:.1f} {arrived:.1f}h{BAR + 12}"
    drawn.append(element("path", class_="iof-arrival", d=line))
    drawn.append(_words(f"{size} ready", x=text_x, y=arrived + 4, kind="iof-arrival-text"))
    return drawn


def _bar(kind: str, *, left: float, top: float, bottom: float, fill: str | None = None) -> Element:
    return element(
        "rect", class_=f"iof-{kind}", fill=fill, x=left, y=top, width=BAR, height=bottom - top
    )


def _steps(steps: Sequence[Step], places: Sequence[float]) -> list[Element]:
    drawn: list[Element] = []
    for step, y in zip(steps, places, strict=True):
        stamp = f"{(step.at_ns - steps[0].at_ns) / 1e6:,.3f} ms"
        if step.act is not Act.SKIP:
            drawn.append(_words(stamp, x=STAMPS, y=y + 4, kind="iof-small iof-quiet iof-end"))
        drawn += _arrow(step, y=y)
    for (before, after), (top, bottom) in zip(pairwise(steps), pairwise(places), strict=True):
        if after.at_ns - before.at_ns >= LONG_NS:
            drawn += _break(after.at_ns - before.at_ns, y=(top + bottom) / 2)
    return drawn


def _break(lasted_ns: int, *, y: float) -> list[Element]:
    x = STAMPS - 12
    return [
        element("path", class_="iof-axis-break", d=f"M{x} {y - 14:.1f}v6l-5 4l10 8l-5 4v6"),
        _words(duration(lasted_ns), x=x - 12, y=y + 4, kind="iof-small iof-strong iof-end"),
    ]


def _arrow(step: Step, *, y: float) -> list[Element]:
    left, right = THREAD + BAR / 2, KERNEL - BAR / 2
    middle = (left + right) / 2
    if step.act is Act.ARRIVE:
        return []
    if step.act is Act.SKIP:
        return [_words(step.text, x=middle, y=y + 4, kind="iof-middle iof-quiet")]
    quiet = " iof-quiet" if step.act is Act.REFUSE else ""
    kind = {Act.REFUSE: "iof-arrow-refused", Act.TELL: "iof-arrow-late"}.get(step.act, "iof-arrow")
    head = "iof-head-refused" if step.act is Act.REFUSE else "iof-head"
    if step.act is Act.ASK:
        line, tip = f"M{left:.1f} {y:.1f}H{right - 8:.1f}", f"M{right:.1f} {y:.1f}l-9 -4.5v9z"
    else:
        line, tip = f"M{right:.1f} {y:.1f}H{left + 8:.1f}", f"M{left:.1f} {y:.1f}l9 -4.5v9z"
    text = fit(step.text, room=right - left - 16)
    return [
        element("path", class_=kind, d=line),
        element("path", class_=head, d=tip),
        _words(text, x=middle, y=y - 6, kind=f"iof-middle{quiet}"),
    ]


def _braces(found: Exchange, places: Sequence[float], phases: Phases) -> list[Element]:
    arrived = _place(found, places, Act.ARRIVE)
    began, ended = _copy_places(found, places)
    drawn: list[Element] = []
    if arrived > places[0]:
        drawn += _brace(["wait for data", duration(phases.wait_ns)], top=places[0], bottom=arrived)
    else:
        drawn.append(_words("no wait: the data was there", x=BRACE, y=arrived - 10))
    woken = _woken(found, places, after=arrived)
    if phases.wake_up_ns and arrived < woken <= began:
        is_asking = kind_of(phases) is Kind.NON_BLOCKING
        what = "until the next try" if is_asking else "wake-up"
        drawn += _brace([what, duration(phases.wake_up_ns)], top=arrived, bottom=woken)
    if ended > began:
        drawn += _brace(_copying(found, phases), top=began, bottom=ended)
    return drawn


def _copying(found: Exchange, phases: Phases) -> list[str]:
    if phases.copy_ns:
        return ["copy data from", "kernel to user", duration(phases.copy_ns)]
    # The ring's own copy cannot be seen from outside: only when the thread was told of it.
    return ["copy data to user,", "and wake-up", duration(found.copy_until_ns - found.copy_from_ns)]


def _brace(lines: Sequence[str], *, top: float, bottom: float) -> list[Element]:
    top, bottom = top + 2, bottom - 2
    middle = (top + bottom) / 2
    bend = 6
    d = (
        f"M{BRACE:.1f} {top:.1f}q{bend} 0 {bend} {bend}V{middle - bend:.1f}q0 {bend} {bend} {bend}"
        f"q-{bend} 0 -{bend} {bend}V{bottom - bend:.1f}q0 {bend} -{bend} {bend}"
    )
    first = middle + 4 - 7 * (len(lines) - 1)
    drawn = [element("path", class_="iof-arrow", d=d)]
    for index, line in enumerate(lines):
        strong = "iof-strong" if index + 1 == len(lines) else ""
        drawn.append(_words(line, x=BRACE_TEXT, y=first + 14 * index, kind=strong))
    return drawn


def _place(found: Exchange, places: Sequence[float], act: Act) -> float:
    return next(y for step, y in zip(found.steps, places, strict=True) if step.act is act)


def _copy_places(found: Exchange, places: Sequence[float]) -> tuple[float, float]:
    """Return where the copy begins and ends: at the steps with these moments."""
    stands = zip(found.steps, places, strict=True)
    began = max((y for step, y in stands if step.at_ns <= found.copy_from_ns), default=places[0])
    began = max(began, _place(found, places, Act.ARRIVE))
    return began, max(began, places[-1])


def _woken(found: Exchange, places: Sequence[float], *, after: float) -> float:
    """Return the first step of the thread after the arrival: a return, or the next question."""
    acts = (Act.ANSWER, Act.ASK, Act.REFUSE)
    stands = zip(found.steps, places, strict=True)
    return next((y for step, y in stands if y > after and step.act in acts), after)


def _entries(found: Exchange) -> list[Entry]:
    states = {doing.state for doing in found.doing}
    entries = []
    if State.RUNNING in states:
        entries.append(Entry(swatch="run", text="thread runs"))
    if State.FREE in states:
        entries.append(Entry(swatch="free", text="thread is free for other work"))
    if State.ASLEEP in states:
        entries.append(Entry(swatch="asleep", text="thread sleeps in a system call"))
    if found.copy_from_ns > next(s.at_ns for s in found.steps if s.act is Act.ARRIVE):
        entries.append(Entry(swatch="pending", text="bytes lie ready in the kernel"))
    entries.append(Entry(swatch="copy", text="kernel copies them to the program"))
    return entries


def _words(text: str, *, x: float, y: float, kind: str = "") -> Element:
    return element("text", text, class_=kind or None, x=x, y=y)
