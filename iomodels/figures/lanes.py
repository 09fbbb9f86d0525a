"""Which clients and threads a timeline shows, and who looked after each client when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iomodels.ledger import Ledger, Life, Mark, Neglect, Pending, Slept
from iomodels.record import Wait

MOST_CLIENTS = 8
MOST_CONTENT_CLIENTS = 5  # If nobody was neglected there is less to compare.
SEATS_FOR_CULPRITS = 2
FEW = 2  # A sleep on more clients than these points at nobody.
MOST_THREADS = 6
ENDINGS = ("closes", "resets")

Span = tuple[int, int]  # From, to, in nanoseconds.


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLane:
    """One client: what it did, what waited, and when somebody would have noticed it."""

    client: str
    started_ns: int
    ended_ns: int
    accepted_ns: int  # Before this a sleep that accepts looks after it; `ended_ns` if never.
    marks: tuple[Mark, ...]
    pending: tuple[Pending, ...]
    neglects: tuple[Neglect, ...]
    watched: tuple[Span, ...]
    watchers: tuple[str, ...]  # Names of the threads, in the order in which they first watched.

    @property
    def neglected_ns(self) -> int:
        return _total(self.neglects)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLane:
    """One thread, and its sleeps by start."""

    life: Life
    name: str
    sleeps: tuple[Slept, ...]

    @property
    def harmful_ns(self) -> int:
        return sum(slept.lasted_ns for slept in self.sleeps if slept.is_harmful)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """What is shown, and what is not."""

    clients: tuple[ClientLane, ...]
    threads: tuple[ThreadLane, ...]
    other_clients: int
    other_clients_neglected: int
    other_threads: int
    other_threads_harmful: int


def choose(ledger: Ledger) -> Lanes:
    """Return the lanes: the neglected and the harmful first, then those in which most happens."""
    threads = _threads(ledger)
    everybody = clients_of(ledger)
    neglects = _by_client(ledger)
    marks = defaultdict(list)
    for mark in ledger.marks:
        marks[mark.client].append(mark)
    weight = {client: (_total(neglects[client]), len(marks[client])) for client in everybody}
    chosen = _worth_comparing(weight, culprits=_culprits(ledger))
    shown = [client for client in everybody if client in chosen]
    awake = _awake(threads)
    kept = _worth_showing(threads, clients=set(shown))
    return Lanes(
        clients=tuple(
            _client(
                ledger,
                client,
                marks=marks[client],
                neglects=neglects[client],
                threads=threads,
                awake=awake,
            )
            for client in shown
        ),
        threads=tuple(lane for lane in threads if lane.life.thread_id in kept),
        other_clients=len(everybody) - len(shown),
        other_clients_neglected=sum(
            bool(neglects[client]) for client in everybody if client not in chosen
        ),
        other_threads=len(threads) - len(kept),
        other_threads_harmful=sum(
            bool(lane.harmful_ns) for lane in threads if lane.life.thread_id not in kept
        ),
    )


def _culprits(ledger: Ledger) -> set[str]:
    """Return the clients on whom threads slept while others were neglected."""
    return {
        client for slept in ledger.harmful if len(slept.clients) <= FEW for client in slept.clients
    }


def _worth_comparing(weight: dict[str, tuple[int, int]], *, culprits: set[str]) -> set[str]:
    """Return the clients to show: the neglected, some culprits, then the busiest."""
    ranked = sorted(weight, key=lambda client: weight[client], reverse=True)
    neglected = sum(bool(neglected_ns) for neglected_ns, _ in weight.values())
    most = min(MOST_CLIENTS, max(MOST_CONTENT_CLIENTS, neglected + FEW))
    first = ranked[: most - SEATS_FOR_CULPRITS]
    others = [client for client in ranked if client not in first]
    others.sort(key=lambda client: client not in culprits)  # Stable: the rest stays in its order.
    return {*first, *others[:SEATS_FOR_CULPRITS]}


def _worth_showing(threads: list[ThreadLane], *, clients: set[str]) -> set[int]:
    """Return the threads that did harm, then the first, then those that watch these clients."""

    def worth(lane: ThreadLane) -> tuple[int, bool, bool, int]:
        watches = any(not clients.isdisjoint(slept.clients) for slept in lane.sleeps)
        return (lane.harmful_ns, lane is threads[0], watches, len(lane.sleeps))

    ranked = sorted(threads, key=worth, reverse=True)
    return {lane.life.thread_id for lane in ranked[:MOST_THREADS]}


def clients_of(ledger: Ledger) -> list[str]:
    """Return every client by name, in the order in which they first appeared."""
    found = [(mark.at_ns, mark.client) for mark in ledger.marks]
    found += [(pending.started_ns, pending.client) for pending in ledger.pending]
    found += [
        (neglect.started_ns, neglect.client)
        for slept in ledger.sleeps
        for neglect in slept.neglected
    ]
    return list(dict.fromkeys(client for _, client in sorted(found, key=lambda pair: pair[0])))


def thread_names(ledger: Ledger) -> dict[int, str]:
    """Return what each thread is called: by its number if the ledger has no life of it."""
    given = {life.thread_id: life.name or f"thread {life.thread_id}" for life in ledger.lives}
    others = {slept.thread_id: f"thread {slept.thread_id}" for slept in ledger.sleeps}
    return {**others, **given}


def union(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not touch, in order, covering the same time."""
    merged: list[Span] = []
    for started, ended in sorted(spans):
        if merged and started <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        else:
            merged.append((started, ended))
    return merged


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return spans without holes; both in order, and none touching its next."""
    left: list[Span] = []
    waiting = list(holes)
    first = 0
    for started, ended in spans:
        since = started
        while first < len(waiting) and waiting[first][1] <= since:
            first += 1
        for index in range(first, len(waiting)):
            hole_started, hole_ended = waiting[index]
            if hole_started >= ended:
                break
            if hole_started > since:
                left.append((since, hole_started))
            since = max(since, hole_ended)
        if since < ended:
            left.append((since, ended))
    return left


def _total(neglects: Sequence[Neglect]) -> int:
    spans = union((neglect.started_ns, neglect.ended_ns) for neglect in neglects)
    return sum(ended - started for started, ended in spans)


def _by_client(ledger: Ledger) -> dict[str, list[Neglect]]:
    found: dict[str, list[Neglect]] = defaultdict(list)
    for slept in ledger.sleeps:
        for neglect in slept.neglected:
            found[neglect.client].append(neglect)
    return found


def _threads(ledger: Ledger) -> list[ThreadLane]:
    names = thread_names(ledger)
    sleeps: dict[int, list[Slept]] = defaultdict(list)
    for slept in ledger.sleeps:
        sleeps[slept.thread_id].append(slept)
    lives = {life.thread_id: life for life in ledger.lives}
    for thread_id, found in sleeps.items():
        lives.setdefault(thread_id, _life(thread_id, found))
    return [
        ThreadLane(life=life, name=names[thread_id], sleeps=tuple(sleeps[thread_id]))
        for thread_id, life in lives.items()
    ]


def _life(thread_id: int, sleeps: list[Slept]) -> Life:
    return Life(
        thread_id=thread_id,
        process_id=sleeps[0].process_id,
        started_ns=min(slept.started_ns for slept in sleeps),
        ended_ns=max(slept.ended_ns for slept in sleeps),
        asleep_ns=sum(slept.lasted_ns for slept in sleeps),
    )


def _awake(threads: list[ThreadLane]) -> list[Span]:
    """Return when at least one thread was not asleep."""
    spans: list[Span] = []
    for lane in threads:
        since = lane.life.started_ns
        for started, ended in union((slept.started_ns, slept.ended_ns) for slept in lane.sleeps):
            if started > since:
                spans.append((since, started))
            since = max(since, ended)
        if lane.life.ended_ns > since:
            spans.append((since, lane.life.ended_ns))
    return union(spans)


def _client(
    ledger: Ledger,
    client: str,
    *,
    marks: list[Mark],
    neglects: list[Neglect],
    threads: list[ThreadLane],
    awake: list[Span],
) -> ClientLane:
    pending = [waiting for waiting in ledger.pending if waiting.client == client]
    happened = [
        *(mark.at_ns for mark in marks),
        *(waiting.started_ns for waiting in pending),
        *(neglect.started_ns for neglect in neglects),
    ]
    started = min(happened)
    last = marks[-1] if marks else None
    ended = last.at_ns if last and last.what in ENDINGS else ledger.ended_ns
    ended = max([ended, *(waiting.ended_ns for waiting in pending)])
    accepted = next((waiting.ended_ns for waiting in pending if not waiting.size), started)
    watches: list[tuple[int, int, str]] = []
    own: dict[str, None] = {}  # Threads that slept on this client itself, not only to accept it.
    for lane in threads:
        for slept in lane.sleeps:
            until = _watches(slept, client, accepted_ns=accepted)
            if until > max(slept.started_ns, started):
                watches.append((max(slept.started_ns, started), min(until, ended), lane.name))
                if client in slept.clients:
                    own[lane.name] = None
    watches.sort()
    covered = minus(
        union([*((left, right) for left, right, _ in watches), *awake]),
        union((neglect.started_ns, neglect.ended_ns) for neglect in neglects),
    )
    return ClientLane(
        client=client,
        started_ns=started,
        ended_ns=ended,
        accepted_ns=accepted,
        marks=tuple(marks),
        pending=tuple(pending),
        neglects=tuple(neglects),
        watched=tuple(
            (max(left, started), min(right, ended))
            for left, right in covered
            if right > started and left < ended
        ),
        watchers=tuple(own) or tuple(dict.fromkeys(name for _, _, name in watches)),
    )


def _watches(slept: Slept, client: str, *, accepted_ns: int) -> int:
    """Return until when this client could end the sleep; 0 if it never could."""
    if client in slept.clients:
        return slept.ended_ns
    if slept.accepts or slept.wait is Wait.ACCEPT:
        return min(slept.ended_ns, accepted_ns)
    return 0
