"""The timeline of a run: who was looked after, who was not, and what the server waited for."""

from collections.abc import Iterable, Sequence

from iomodels.figures import captions, client_lane, thread_lane
from iomodels.figures.account import Callout, callouts, describe, neglected_spans, sentence, summary
from iomodels.figures.axis import draw_axis
from iomodels.figures.client_lane import Frame, badge
from iomodels.figures.cropping import cropped
from iomodels.figures.lanes import Lanes, choose, thread_names
from iomodels.figures.legend import Entry, fill, legend, patterns
from iomodels.figures.lettering import fit, wrap
from iomodels.figures.scale import Scale, scale
from iomodels.figures.svg import Element, document, element, prefix
from iomodels.figures.table import Table
from iomodels.figures.times import duration
from iomodels.ledger import Ledger, Neglect
from iomodels.wording import agree, count

WIDTH = 960
LEFT, RIGHT = 152, 940
MARGIN = 14
HEADING = 20  # Pixels, with the space above it.
LEAD = 14
MOST_ROWS = 200
HEADERS = ("Thread", "Asleep in", "Waiting", "From", "For", "Neglected meanwhile", "Line")


def timeline(ledger: Ledger, *, title: str, is_bare: bool = False) -> str:
    """Return the figure: lanes for clients above, for threads below, one axis of time.

    A bare one shows neither its title nor its sentences: `summary()` and `notes()` stand beside it.
    """
    ledger = cropped(ledger)
    name = prefix("timeline", title, ledger)
    lanes = choose(ledger)
    found = callouts(ledger)
    axis = scale(_moments(ledger, lanes), left=LEFT, right=RIGHT, stories=neglected_spans(ledger))
    head, y = ([], 0.0) if is_bare else _head(ledger, title=title)
    top = y + 14
    body: list[Element] = []
    drawn, y = _lanes(lanes, axis, top=top + 44, callouts=found, prefix=name)
    body += _bands(ledger, axis, top=top + 18, bottom=y)
    body += draw_axis(axis, y=top + 18, bottom=y, label_x=MARGIN)
    body += drawn
    if not is_bare:
        said, y = _sentences(ledger, found, top=y + 14)
        body += said
    explained, height = legend(
        _entries(ledger, axis, drawn, prefix=name),
        prefix=name,
        left=MARGIN,
        top=y + 8,
        room=WIDTH - 2 * MARGIN,
    )
    body += explained
    return document(
        patterns(name),
        *head,
        *body,
        prefix=name,
        title=title,
        description=describe(ledger),
        width=WIDTH,
        height=round(y + 8 + height + 4),
    )


def table(ledger: Ledger, *, most_rows: int = MOST_ROWS) -> Table:
    """Return the sleeps, the harmful first, then by start; what is left out is counted."""
    ledger = cropped(ledger)
    called = thread_names(ledger)
    ordered = sorted(ledger.sleeps, key=lambda slept: (not slept.is_harmful, slept.started_ns))
    rows = [
        (
            called[slept.thread_id],
            captions.call(slept),
            captions.whom(slept),
            duration(slept.started_ns, digits=3),
            duration(slept.lasted_ns, digits=3),
            "; ".join(_neglect(neglect) for neglect in slept.neglected) or "nobody",
            str(slept.source_line or ""),
        )
        for slept in ordered[:most_rows]
    ]
    left_out = len(ordered) - len(rows)
    note = f"{count(left_out, 'more sleep')} {agree(left_out, 'is', 'are')} not listed."
    return Table(headers=HEADERS, rows=rows, note=note if left_out else "")


def notes(ledger: Ledger) -> tuple[str, ...]:
    """Return the sentences of the numbered places in the figure, by number."""
    ledger = cropped(ledger)
    return tuple(sentence(ledger, callout) for callout in callouts(ledger))


def _neglect(neglect: Neglect) -> str:
    unread = f", {count(neglect.unread, 'byte')} unread" if neglect.unread else ""
    return f"{neglect.client} for {duration(neglect.lasted_ns, digits=3)}{unread}"


def _moments(ledger: Ledger, lanes: Lanes) -> Iterable[int]:
    yield from (0, ledger.ended_ns)
    for client in lanes.clients:
        yield from (mark.at_ns for mark in client.marks)
        for waiting in client.pending:
            yield from (waiting.started_ns, waiting.ended_ns)
        for neglect in client.neglects:
            yield from (neglect.started_ns, neglect.ended_ns)
    for thread in lanes.threads:
        yield from (thread.life.started_ns, thread.life.ended_ns)
        for slept in thread.sleeps:
            yield from (slept.started_ns, slept.ended_ns)


def _head(ledger: Ledger, *, title: str) -> tuple[list[Element], float]:
    room = WIDTH - 2 * MARGIN
    kind = "iof-harm-text" if ledger.harmful else "iof-good-text"
    sign = "✗ " if ledger.harmful else "✓ "
    if not ledger.harmful and "But" in summary(ledger):
        kind, sign = "", "! "
    drawn = [
        element(
            "text", fit(title, room=room, size=17, bold=True), class_="iof-title", x=MARGIN, y=26
        )
    ]
    y = 50.0
    for line in wrap(sign + summary(ledger), room=room, size=LEAD, bold=True)[:3]:
        drawn.append(element("text", line, class_=f"iof-lead iof-strong {kind}", x=MARGIN, y=y))
        y += 20
    return drawn, y - 8


def _lanes(
    lanes: Lanes, axis: Scale, *, top: float, callouts: list[Callout], prefix: str
) -> tuple[list[Element], float]:
    drawn: list[Element] = []
    y = top
    drawn.append(_heading("Clients", y=y - 4))
    neglect_badges = {
        neglect: callout.number
        for callout in callouts
        for slept in callout.sleeps
        for neglect in slept.neglected
    }
    for client in lanes.clients:
        frame = Frame(scale=axis, top=y, left=LEFT, right=RIGHT, prefix=prefix)
        drawn += client_lane.draw(client, frame, badges=neglect_badges)
        y += client_lane.height(client)
    drawn += _others(_other_clients(lanes), y=y)
    y += 24 if lanes.other_clients else 4
    drawn.append(element("path", class_="iof-rule", d=f"M{MARGIN} {y:.1f}H{RIGHT}"))
    y += HEADING
    drawn.append(_heading("The server's threads", y=y))
    sleep_badges = {slept: callout.number for callout in callouts for slept in callout.sleeps}
    for thread in lanes.threads:
        frame = Frame(scale=axis, top=y, left=LEFT, right=RIGHT, prefix=prefix)
        drawn += thread_lane.draw(thread, frame, badges=sleep_badges)
        y += thread_lane.HEIGHT
    drawn += _others(_other_threads(lanes), y=y)
    return drawn, y + (24 if lanes.other_threads else 4)


def _heading(text: str, *, y: float) -> Element:
    return element("text", text, class_="iof-small iof-strong iof-quiet", x=MARGIN, y=y)


def _other_clients(lanes: Lanes) -> str:
    if not lanes.other_clients:
        return ""
    bad = lanes.other_clients_neglected
    what = f"{bad} of them neglected" if bad else "none of them neglected"
    return f"and {count(lanes.other_clients, 'more client')}, {what}"


def _other_threads(lanes: Lanes) -> str:
    if not lanes.other_threads:
        return ""
    bad = lanes.other_threads_harmful
    what = f"{bad} of them slept while a client was neglected" if bad else "no harmful sleep in any"
    return f"and {count(lanes.other_threads, 'more thread')}, {what}"


def _others(text: str, *, y: float) -> list[Element]:
    return [element("text", text, class_="iof-quiet", x=MARGIN, y=y + 14)] if text else []


def _bands(ledger: Ledger, axis: Scale, *, top: float, bottom: float) -> list[Element]:
    """Return a shade behind all lanes wherever somebody was neglected."""
    spans = client_lane.merged(
        [(axis.at(started), axis.at(ended)) for started, ended in neglected_spans(ledger)]
    )
    drawn = []
    for left, right, *_ in spans:
        drawn.append(
            element(
                "rect", class_="iof-harm-band", x=left, y=top, width=right - left,
                height=bottom - top,
            )
        )  # fmt: skip
    return drawn


def _sentences(
    ledger: Ledger, callouts: list[Callout], *, top: float
) -> tuple[list[Element], float]:
    drawn: list[Element] = []
    y = top
    for callout in callouts:
        lines = wrap(sentence(ledger, callout), room=WIDTH - 2 * MARGIN - 26)[:3]
        drawn += badge(callout.number, x=MARGIN + 8, y=y + 6)
        for line in lines:
            drawn.append(element("text", line, x=MARGIN + 26, y=y + 10))
            y += 17
        y += 6
    more = len(ledger.harmful) - sum(callout.times for callout in callouts)
    if more:
        text = f"and {count(more, 'more sleep')} during which somebody was neglected"
        drawn.append(element("text", text, class_="iof-quiet", x=MARGIN + 26, y=y + 10))
        y += 22
    return drawn, y


def _entries(ledger: Ledger, axis: Scale, drawn: Sequence[Element], *, prefix: str) -> list[Entry]:
    found = [Entry(swatch="run", text="thread runs")]
    if ledger.sleeps:
        found.append(Entry(swatch="asleep", text="thread sleeps in a system call"))
    if any(("fill", fill(prefix, "flicker")) in part.attributes for part in drawn):
        found.append(Entry(swatch="flicker", text="many short sleeps"))
    if ledger.pending:
        found.append(Entry(swatch="pending", text="bytes (or the client itself) wait to be taken"))
    if ledger.harmful:
        found.append(Entry(swatch="harm", text="neglected: every thread sleeps on others"))
    found.append(Entry(swatch="watched", text="some thread is awake, or this client would wake it"))
    found.append(Entry(swatch="unwatched", text="nobody would notice this client"))
    if axis.breaks:
        found.append(Entry(swatch="break", text="nothing happens: shortened, true time above"))
    return found
