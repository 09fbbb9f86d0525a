"""Of all the sleeps at one moment, the one that keeps a given client waiting."""

from iomodels.record import Connection, Moment, Sleep, Wait

# Waits by how much they say about why somebody else waits; one for a client says most of all.
RANKS = (
    Wait.TIMER,
    Wait.READINESS,
    Wait.ACCEPT,
    Wait.READ,
    Wait.WRITE,
    Wait.SIGNAL,
    Wait.CHILD,
    Wait.OTHER,
    Wait.LOCK,
)


def connection_of(moment: Moment, client: str) -> Connection | None:
    """Return the server's end of a client's connection at that moment."""
    return next((found for found in moment.connections if found.client == client), None)


def culprit(moment: Moment, neglected: str) -> Sleep | None:
    """Return the sleep that keeps `neglected` waiting: the one that says most about why.

    A thread that sleeps on another client's bytes or room comes first, then one that naps, then one
    that watches others only, then one that waits for a new client; a thread that waits for other
    threads says least. A wait that this client's bytes would end is no culprit.
    """
    candidates = [sleep for sleep in moment.sleeps if neglected not in sleep.waits_for]
    return min(candidates, key=_rank, default=None)


def watcher(moment: Moment, client: str) -> Sleep | None:
    """Return a sleep in a readiness call whose set contains the client."""
    return next(
        (
            sleep
            for sleep in moment.sleeps
            if sleep.wait is Wait.READINESS and client in sleep.waits_for
        ),
        None,
    )


def _rank(sleep: Sleep) -> int:
    if sleep.wait in (Wait.READ, Wait.WRITE) and sleep.waits_for:
        return 0
    return RANKS.index(sleep.wait) + 1
