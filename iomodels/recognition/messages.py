"""The messages of the clients, each with the read that took its first byte."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from iomodels.record import ClientEvent, Deed
from iomodels.replay import Read, Story


class Message(NamedTuple):
    """Bytes that a client sent with one call. Times are nanoseconds since the epoch."""

    client: str
    number: int  # Of this client's, from 1.
    size: int
    started_ns: int  # Right before the call that sent it,
    ended_ns: int  # and right after it: it arrived in between.
    read: Read | None  # That took its first byte,
    last_read: Read | None  # and its last.
    was_awaited: bool  # Whether all that the client had sent before was read by then.
    found_rest: bool  # Whether all threads were seen asleep since anybody had last done anything.
    was_read_unseen: bool  # By no call in the trace: a ring's.


def messages(
    events: Sequence[ClientEvent],
    clients: Mapping[int, str],
    story: Story,
    rests: Sequence[int] = (),
) -> tuple[Message, ...]:
    """Return every message by the time at which it was sent; `rests` as in a ScenarioRecord."""
    reads: dict[str, list[Read]] = {}
    for read in story.reads:
        if read.size:
            reads.setdefault(read.client, []).append(read)
    # How many bytes each of a client's reads had reached: the n-th byte is in the first beyond n.
    reached = {
        client: list(accumulate(read.size for read in found)) for client, found in reads.items()
    }
    sent: dict[str, int] = {}
    counts: dict[str, int] = {}
    found: list[Message] = []
    unseen = _read_unseen(events, clients) if story.has_ring else {}
    before_ns = 0  # When the last thing before that a client did or got was over.
    for event in events:
        since_ns, before_ns = before_ns, max(before_ns, event.ended_ns)
        if event.deed is not Deed.SENDS:
            continue
        client = clients[event.port]
        rest = bisect_right(rests, event.started_ns) - 1
        offset = sent.get(client, 0)
        sent[client] = offset + event.size
        counts[client] = counts.get(client, 0) + 1
        mine, own = reached.get(client, []), reads.get(client, [])
        at = bisect_right(mine, offset)
        last = bisect_right(mine, max(offset, sent[client] - 1), at)
        before = at == 0 or own[at - 1].ended_ns <= event.started_ns
        is_in_step = (mine[at - 1] if at else 0) == offset
        found.append(
            Message(
                client=client,
                number=counts[client],
                size=event.size,
                started_ns=event.started_ns,
                ended_ns=event.ended_ns,
                read=own[at] if at < len(own) else None,
                last_read=own[last] if last < len(own) else None,
                was_awaited=before and (is_in_step or _had_read(unseen, client, offset, event)),
                found_rest=rest >= 0 and rests[rest] >= since_ns,
                was_read_unseen=client in unseen
                and any(
                    reached > offset and at_ns > event.started_ns
                    for at_ns, reached in unseen[client]
                ),
            )
        )
    return tuple(found)


def _read_unseen(
    events: Sequence[ClientEvent], clients: Mapping[int, str]
) -> dict[str, list[tuple[int, int]]]:
    """Return when how many bytes of a client had been read; no trace tells of a ring's reads.

    The watcher saw them gone, or the client got an answer to them.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    sent: dict[str, int] = {}
    for event in events:
        client = clients[event.port]
        if event.deed is Deed.SENDS:
            sent[client] = sent.get(client, 0) + event.size
        elif event.deed is Deed.IS_READ:
            found.setdefault(client, []).append((event.ended_ns, event.size))
        elif event.deed is Deed.RECEIVES and client in sent:
            found.setdefault(client, []).append((event.ended_ns, sent[client]))
    return found


def _had_read(
    unseen: Mapping[str, list[tuple[int, int]]], client: str, offset: int, event: ClientEvent
) -> bool:
    return any(
        at_ns <= event.started_ns and reached >= offset for at_ns, reached in unseen.get(client, ())
    )
