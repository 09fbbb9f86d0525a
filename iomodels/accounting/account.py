"""The ledger of a scenario, from its story, its clients' log and its moments of rest."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from iomodels.accounting.clients import Deeds, Ready, ready
from iomodels.accounting.neglected import Blamer, Neglected
from iomodels.accounting.sleeps import Sleeper, Span
from iomodels.ledger import Ledger, Life, Mark, Neglect, Pending, Slept, Totals
from iomodels.recognition.messages import Message
from iomodels.record import Deed, Moment, ScenarioRecord
from iomodels.replay import Story


def account(
    scenario: ScenarioRecord,
    story: Story,
    found: Sequence[Message],
    clients: Mapping[int, str],
) -> Ledger:
    """Return where the time of every thread went, and who was neglected."""
    deeds = Deeds(scenario.events, clients)
    over_ns = scenario.over_ns or story.ended_ns
    waiting = ready(story, found, scenario.events, clients, over_ns=over_ns)
    sleeper = Sleeper(story, deeds, waiting, scenario.rests)
    spans = {thread_id: sleeper.spans(thread_id) for thread_id in story.threads}
    blamer = Blamer(story, spans, deeds)
    neglected = [one for waited in waiting for one in blamer.of(waited)]
    for moment in scenario.moments:
        neglected += blamer.proven(moment, waiting)
    return _Writer(scenario, story, clients).ledger(spans, waiting, neglected, messages=len(found))


class _Writer:
    """Puts what was found into the ledger's own time, which begins with the run."""

    def __init__(self, scenario: ScenarioRecord, story: Story, clients: Mapping[int, str]) -> None:
        self._scenario, self._story, self._clients = scenario, story, clients
        events = scenario.events
        first = [story.started_ns] if story.threads else []
        self._origin_ns = min([*first, *(event.started_ns for event in events[:1])], default=0)
        last = [story.ended_ns, *(event.ended_ns for event in events[-1:])]
        self._end_ns = max(last)
        self._lines = _lines(scenario)

    def ledger(
        self,
        spans: Mapping[int, Sequence[Span]],
        waiting: Iterable[Ready],
        neglected: Sequence[Neglected],
        *,
        messages: int,
    ) -> Ledger:
        to_blame: dict[int, list[Neglected]] = {}  # By the span's identity: few are equal to any.
        for one in neglected:
            to_blame.setdefault(id(one.span), []).append(one)
        sleeps = [
            self._slept(span, to_blame.get(id(span), []))
            for found in spans.values()
            for span in found
            if span.slept or id(span) in to_blame
        ]
        sleeps.sort(key=attrgetter("started_ns", "thread_id"))
        story, clients, origin_ns = self._story, self._clients, self._origin_ns
        return Ledger(
            lives=self._lives(sleeps),
            sleeps=tuple(sleeps),
            marks=tuple(
                Mark(
                    clients[event.port], event.deed.value, event.started_ns - origin_ns, event.size
                )
                for event in self._scenario.events
                if event.deed is not Deed.IS_READ
            ),
            pending=tuple(
                Pending(one.client, one.size, one.started_ns - origin_ns, one.ended_ns - origin_ns)
                for one in sorted(waiting, key=attrgetter("started_ns", "client"))
            ),
            totals=Totals(
                harmful_ns=_union((one.started_ns, one.ended_ns) for one in neglected),
                refused_reads=story.refused_reads,
                calls=story.calls,
                messages=messages,
                threads=len(story.threads),
                processes=len(story.processes),
                cpu_ns=self._scenario.cpu_ns,
                spins=story.spins,
            ),
            ended_ns=self._since(self._end_ns),
        )

    def _slept(self, span: Span, blamed: Sequence[Neglected]) -> Slept:
        watch = span.watch
        line, file = self._line_of(span)
        return Slept(
            watch.thread_id,
            watch.process_id,
            watch.syscall,
            watch.wait,
            watch.clients,
            watch.accepts,
            span.started_ns - self._origin_ns,
            span.ended_ns - self._origin_ns,
            watch.timeout_ns,
            self._neglects(blamed) if blamed else (),
            line,
            file,
        )

    def _neglects(self, blamed: Sequence[Neglected]) -> tuple[Neglect, ...]:
        """Return one entry for each client, from the first to the last moment."""
        found: dict[str, Neglect] = {}
        for one in blamed:
            before = found.get(one.client)
            started_ns, ended_ns = self._since(one.started_ns), self._since(one.ended_ns)
            found[one.client] = Neglect(
                client=one.client,
                unread=max(one.size, before.unread if before else 0),
                started_ns=min(started_ns, before.started_ns) if before else started_ns,
                ended_ns=max(ended_ns, before.ended_ns) if before else ended_ns,
            )
        return tuple(sorted(found.values(), key=lambda one: (one.started_ns, one.client)))

    def _lives(self, sleeps: Sequence[Slept]) -> tuple[Life, ...]:
        asleep: dict[int, int] = {}
        for slept in sleeps:
            asleep[slept.thread_id] = asleep.get(slept.thread_id, 0) + slept.lasted_ns
        return tuple(
            Life(
                thread_id=teller.thread_id,
                process_id=teller.process_id,
                started_ns=self._since(teller.started_ns),
                ended_ns=self._since(teller.ended_ns),
                asleep_ns=asleep.get(teller.thread_id, 0),
                name=_name(number, is_process=teller.thread_id == teller.process_id),
            )
            for number, teller in enumerate(
                sorted(self._story.threads.values(), key=lambda teller: teller.started_ns),
                start=1,
            )
        )

    def _line_of(self, span: Span) -> tuple[int | None, str]:
        for at_ns, line, file in self._lines.get(span.watch.thread_id, ()):
            if span.started_ns <= at_ns <= span.ended_ns:
                return line, file
        return None, ""

    def _since(self, at_ns: int) -> int:
        return at_ns - self._origin_ns


def _lines(scenario: ScenarioRecord) -> dict[int, list[tuple[int, int, str]]]:
    """Return when each thread was seen asleep at which line of which file."""
    seen: list[Moment] = [
        *scenario.moments,
        *(step.moment for step in scenario.steps if step.moment),
    ]
    found: dict[int, list[tuple[int, int, str]]] = {}
    for moment in seen:
        for sleep in moment.sleeps:
            if sleep.source_line is not None and moment.at_ns:
                entry = (moment.at_ns, sleep.source_line, sleep.source_file)
                found.setdefault(sleep.thread_id, []).append(entry)
    return found


def _name(number: int, *, is_process: bool) -> str:
    if number == 1:
        return "main"
    return f"process {number}" if is_process else f"thread {number}"


def _union(stretches: Iterable[tuple[int, int]]) -> int:
    """Return how long at least one of some stretches lasted."""
    total, until = 0, 0
    for started_ns, ended_ns in sorted(stretches):
        total += max(0, ended_ns - max(started_ns, until))
        until = max(until, ended_ns)
    return total
