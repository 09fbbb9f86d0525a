"""Who reads for whom: one thread for everybody, one for each client, or a pool."""

from collections import Counter
from collections.abc import Iterator

from iomodels.models import Model
from iomodels.record import Wait
from iomodels.replay import Read, Story, Teller, Watch

# A pool may grow with its first clients; it is one by whom it serves with a reader it had before.
REUSED = 0.25


def structure(story: Story) -> Model:
    """Return the model of a server whose reads block.

    Reads are counted by connection, not by thread: the processes of a pool share a listener, and
    whoever accepts a client serves it.
    """
    readers: dict[str, Read] = {}
    for read in story.reads:
        # The last that took bytes: a first message may have been read by another, and an end too.
        if read.size or read.client not in readers:
            readers[read.client] = read
    accepted = {accept.client: accept for accept in story.accepts}
    kinds: Counter[Model] = Counter()
    for client, read in readers.items():
        accept = accepted.get(client)
        if accept is None or read.thread_id == accept.thread_id:
            continue
        is_new = story.threads[read.thread_id].started_ns > accept.started_ns
        is_apart = read.process_id != accept.process_id
        kinds[_KINDS[is_new, is_apart]] += 1
    own = len(readers) - kinds.total()
    if kinds and kinds.total() >= own:
        pools = {kind: kinds[kind] for kind in _POOLS if kinds[kind] >= kinds.total() * REUSED}
        return max(pools, key=kinds.__getitem__) if pools else kinds.most_common(1)[0][0]
    return _of_those_who_read_what_they_accept(story, set(readers.values()))


_POOLS = (Model.THREAD_POOL, Model.PROCESS_POOL)
_KINDS = {
    (True, False): Model.THREAD_PER_CLIENT,
    (True, True): Model.PROCESS_PER_CLIENT,
    (False, False): Model.THREAD_POOL,
    (False, True): Model.PROCESS_POOL,
}


def _of_those_who_read_what_they_accept(story: Story, readers: set[Read]) -> Model:
    accepting = {
        (teller.process_id, teller.thread_id)
        for teller in story.threads.values()
        if any(watch.accepts for watch in teller.watches)
    } | {(read.process_id, read.thread_id) for read in readers}
    if len({process_id for process_id, _ in accepting}) > 1:
        return Model.PROCESS_POOL
    return Model.THREAD_POOL if len(accepting) > 1 else Model.BLOCKING


def waits_for_clients(story: Story) -> set[str]:
    """Return the calls in which new clients, and nobody else, were awaited."""
    return {
        watch.multiplexer
        for teller in story.threads.values()
        for watch in _without_those_told(teller)
        if watch.accepts and not watch.clients
        if watch.wait in (Wait.ACCEPT, Wait.READINESS)
    }


def _without_those_told(teller: Teller) -> Iterator[Watch]:
    """Yield a thread's waits, but not those that only take what another has just told of."""
    before: Watch | None = None
    for watch in teller.watches:
        if watch.may_sleep:
            if not (before and before.accepts and before.wait is Wait.READINESS and before.result):
                yield watch
            before = watch
