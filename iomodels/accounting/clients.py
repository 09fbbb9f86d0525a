"""The clients' side: what lay ready for the server, and from when to when."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from iomodels.recognition.messages import Message
from iomodels.record import ClientEvent, Deed
from iomodels.replay import Story, Watch

# What can end a server's wait for bytes or an end of file.
ENDING = (Deed.SENDS, Deed.SHUTS_DOWN, Deed.CLOSES, Deed.RESETS)


class Ready(NamedTuple):
    """Bytes that lay ready, or a client in the queue. Nanoseconds since the epoch."""

    client: str
    size: int  # 0: a connection.
    started_ns: int
    ended_ns: int  # When a thread took them, or the first of them.
    gone_ns: int  # When a thread took the last.

    @property
    def is_connection(self) -> bool:
        return self.size == 0


class Deeds:
    """The clients' log, ready to be asked who did what first after a moment."""

    def __init__(self, events: Sequence[ClientEvent], clients: Mapping[int, str]) -> None:
        self._deeds = sorted(
            (event.started_ns, clients[event.port], event.deed)
            for event in events
            if event.deed in ENDING or event.deed is Deed.CONNECTS
        )
        self._starts = [started_ns for started_ns, _, _ in self._deeds]
        self._silent = _not_reading(events, clients)

    def first(self, watch: Watch, ended_ns: int) -> int:
        """Return when somebody first did what would end a call, while it lasted; 0: nobody did."""
        deeds = self._deeds
        for index in range(bisect_left(self._starts, watch.started_ns), len(deeds)):
            started_ns, client, deed = deeds[index]
            if started_ns >= ended_ns:
                break
            if watch.accepts if deed is Deed.CONNECTS else watch.covers(client, started_ns):
                return started_ns
        return 0

    def is_reading(self, client: str, at_ns: int) -> bool:
        """Tell whether a client takes its answers: one that does not may well have to wait."""
        return not any(start <= at_ns < end for start, end in self._silent.get(client, ()))


def ready(
    story: Story,
    found: Sequence[Message],
    events: Sequence[ClientEvent],
    clients: Mapping[int, str],
    *,
    over_ns: int,
) -> tuple[Ready, ...]:
    """Return what lay ready: connections first, then bytes, by client; overlapping pieces are one.

    From `over_ns` on the program's threads are killed, one after the other: that is no neglect.
    """
    accepted = {accept.client: accept.ended_ns for accept in story.accepts}
    hung_up = _first(events, clients, Deed.RECEIVES_END)
    # A reset throws away what the server's kernel holds: from then on nobody can read it.
    lost = _first(events, clients, Deed.RESETS)
    spoke_ns = _spoke(events, clients) if story.defers else {}
    waiting = [
        Ready(
            client=clients[event.port],
            size=0,
            started_ns=(started_ns := max(event.ended_ns, spoke_ns.get(name, 0))),
            ended_ns=(let_in_ns := max(started_ns, accepted.get(name, story.ended_ns))),
            gone_ns=let_in_ns,
        )
        for event in events
        if event.deed is Deed.CONNECTS and (name := clients[event.port])
        if not story.defers or name in spoke_ns
        if name in accepted or name not in hung_up  # Not those whom the kernel refused.
    ]
    answered = _answered(events, clients) if story.has_ring else {}
    pieces: list[Ready] = []
    for message in found:
        client, started_ns, last_read = message.client, message.ended_ns, message.last_read
        taken_ns = message.read.started_ns if message.read else None
        if taken_ns is None and client in hung_up:
            if message.started_ns > hung_up[client]:
                continue  # The kernel has refused it: nobody could have read it.
            taken_ns = hung_up[client]
        if taken_ns is None and client in lost:
            taken_ns = lost[client]
        if taken_ns is None:  # A ring's reads are not seen, only their answers.
            later = answered.get(client, [])
            at = bisect_left(later, message.started_ns)
            taken_ns = later[at] if at < len(later) else story.ended_ns
        taken_ns = max(started_ns, taken_ns)
        gone_ns = max(taken_ns, last_read.started_ns) if last_read else taken_ns
        pieces.append(Ready(client, message.size, started_ns, taken_ns, gone_ns))
    return tuple(
        one
        if one.gone_ns <= over_ns
        else one._replace(ended_ns=min(one.ended_ns, over_ns), gone_ns=over_ns)
        for one in (*waiting, *_merged(pieces))
        if one.started_ns < over_ns
    )


def _merged(waiting: Iterable[Ready]) -> list[Ready]:
    found: list[Ready] = []
    for one in sorted(waiting, key=attrgetter("client", "started_ns")):
        last = found[-1] if found else None
        if last and last.client == one.client and one.started_ns <= last.ended_ns:
            size, ended_ns = last.size + one.size, max(last.ended_ns, one.ended_ns)
            gone_ns = max(last.gone_ns, one.gone_ns)
            found[-1] = Ready(last.client, size, last.started_ns, ended_ns, gone_ns)
        else:
            found.append(one)
    return found


def _spoke(events: Sequence[ClientEvent], clients: Mapping[int, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for event in events:
        if event.deed in ENDING:
            found.setdefault(clients[event.port], event.ended_ns)
    return found


def _first(events: Sequence[ClientEvent], clients: Mapping[int, str], deed: Deed) -> dict[str, int]:
    """Return when each client first did something, or learnt that the server would say no more."""
    found: dict[str, int] = {}
    for event in events:
        if event.deed is deed:
            found.setdefault(clients[event.port], event.started_ns)
    return found


def _answered(events: Sequence[ClientEvent], clients: Mapping[int, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for event in events:
        if event.deed in (Deed.RECEIVES, Deed.IS_READ):
            found.setdefault(clients[event.port], []).append(event.started_ns)
    return found


def _not_reading(
    events: Sequence[ClientEvent], clients: Mapping[int, str]
) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        times = found.setdefault(clients[event.port], [])
        if event.deed is Deed.STOPS_READING:
            times.append((event.started_ns, 1 << 63))
        elif event.deed is Deed.READS_AGAIN and times:
            times[-1] = (times[-1][0], event.ended_ns)
    return found
