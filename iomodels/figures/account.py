"""What a timeline says in words: who was neglected, how long, and by which sleeps."""

from dataclasses import dataclass

from iomodels.figures import captions
from iomodels.figures.lanes import Span, clients_of, thread_names, union
from iomodels.figures.times import duration
from iomodels.ledger import Ledger, Slept
from iomodels.wording import agree, count, names

MOST_CALLOUTS = 4
SPINNING = 10  # Looks that found nothing, for each message: more than any model needs.


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """A harmful sleep that gets a number and a sentence, with the like of it in other threads."""

    number: int
    sleeps: tuple[Slept, ...]  # The longest of each thread, the longest of all first.
    times: int


def summary(ledger: Ledger) -> str:
    """Return the answer in one or two sentences: who was neglected, by which sleep, how long."""
    worst_kind = next(iter(callouts(ledger, most=1)), None)
    if not worst_kind:
        return f"Nobody was neglected. {_how(ledger)}"
    slept = worst_kind.sleeps[0]
    worst = max(slept.neglected, key=lambda neglect: neglect.lasted_ns)
    spans = neglected_spans(ledger, client=worst.client)
    total = sum(ended - started for started, ended in spans)
    in_all = " in all" if len(spans) > 1 else ""
    others = _neglected_clients(ledger) - {worst.client}
    also = (
        f" {_some(ledger, others)} {agree(len(others), 'was', 'were')} neglected too."
        if others
        else ""
    )
    called = thread_names(ledger)
    threads = [called[one.thread_id] for one in worst_kind.sleeps]
    where = list(dict.fromkeys(filter(None, map(captions.whom, worst_kind.sleeps))))
    asleep = f"{captions.call(slept)} {names(where)}".strip()
    at = f" ({captions.line(slept)})" if slept.source_line else ""
    return (
        f"Nobody looked after {worst.client} for {duration(total)}{in_all}: {names(threads)} "
        f"{agree(len(threads), 'was', 'were')} asleep in {asleep}{at}.{also}"
    )


def describe(ledger: Ledger) -> str:
    """Return the figure in sentences, for those who do not see it."""
    called = thread_names(ledger)
    clients = clients_of(ledger)
    what = (
        f"A run of {duration(ledger.ended_ns)} with {count(len(clients), 'client')}"
        f"{f' ({names(clients)})' if clients else ''} and "
        f"{count(len(called), 'thread')}, which slept {count(len(ledger.sleeps), 'time')}."
    )
    details = [sentence(ledger, callout) for callout in callouts(ledger)]
    return " ".join([what, summary(ledger), *details])


def callouts(ledger: Ledger, *, most: int = MOST_CALLOUTS) -> list[Callout]:
    """Return the worst kinds of harmful sleeps, each by its longest, numbered in time."""
    kinds: dict[tuple[object, ...], list[Slept]] = {}
    for slept in ledger.harmful:
        neglected = frozenset(neglect.client for neglect in slept.neglected)
        kinds.setdefault((slept.syscall, slept.source_line, neglected), []).append(slept)
    worst = sorted(kinds.values(), key=lambda kind: -sum(map(_weight, kind)))[:most]
    longest = [(_longest_of_each_thread(kind), len(kind)) for kind in worst]
    longest.sort(key=lambda pair: min(slept.started_ns for slept in pair[0]))
    return [
        Callout(number=number, sleeps=sleeps, times=times)
        for number, (sleeps, times) in enumerate(longest, start=1)
    ]


def _longest_of_each_thread(kind: list[Slept]) -> tuple[Slept, ...]:
    found: dict[int, Slept] = {}
    for slept in sorted(kind, key=_weight, reverse=True):
        found.setdefault(slept.thread_id, slept)
    return tuple(sorted(found.values(), key=lambda slept: (-_weight(slept), slept.started_ns)))


def _weight(slept: Slept) -> int:
    return sum(neglect.lasted_ns for neglect in slept.neglected)


def _accepted(ledger: Ledger, callout: Callout) -> frozenset[str]:
    """Return the clients that were accepted before the sleep ended."""
    waiting = {
        pending.client
        for pending in ledger.pending
        if not pending.size and pending.ended_ns >= callout.sleeps[0].ended_ns
    }
    return frozenset(_neglected_clients(ledger) - waiting)


def sentence(ledger: Ledger, callout: Callout) -> str:
    called = thread_names(ledger)
    return captions.meanwhile(
        callout.sleeps,
        [called[slept.thread_id] for slept in callout.sleeps],
        times=callout.times,
        accepted=_accepted(ledger, callout),
    )


def neglected_spans(ledger: Ledger, *, client: str | None = None) -> list[Span]:
    return union(
        (neglect.started_ns, neglect.ended_ns)
        for slept in ledger.sleeps
        for neglect in slept.neglected
        if client in (None, neglect.client)
    )


def _neglected_clients(ledger: Ledger) -> set[str]:
    return {neglect.client for slept in ledger.sleeps for neglect in slept.neglected}


def _how(ledger: Ledger) -> str:
    totals = ledger.totals
    if totals.spins > max(totals.messages, 1) * 10:
        return f"But the server never rested: it looked {totals.spins:,} times and found nothing."
    if not ledger.sleeps:
        return "No thread ever slept."
    return "Every sleep could be ended by each client that had something to say."


def _some(ledger: Ledger, clients: set[str]) -> str:
    return names([client for client in clients_of(ledger) if client in clients])
