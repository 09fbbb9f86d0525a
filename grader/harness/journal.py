"""The journal of one scenario: what the clients did, and when the server was seen at rest."""

import time

from iomodels.record import ClientEvent, Deed, Moment

# What is beyond these is a repetition: a scenario with more is one of a megabyte in small pieces.
EVENTS_KEPT, RESTS_KEPT, MOMENTS_KEPT = 20_000, 5_000, 200
# How often a client hears something is the server's choice: who answers byte by byte must not push
# out what clients said, for which it may be judged.
HEARD_KEPT = 15_000


class Journal:
    """Collects with the tracer's clock, CLOCK_REALTIME: both stamps go into one order."""

    def __init__(self) -> None:
        self.events: list[ClientEvent] = []
        self.rests: list[int] = []
        self.moments: list[Moment] = []
        self._heard = 0
        self.unasked = 0  # Bytes that clients heard beyond what they said and what was expected.

    def note(
        self, client: str, deed: Deed, *, port: int, started_ns: int | None = None, size: int = 0
    ) -> None:
        """Add what a client has just done; `started_ns` is from right before, if that matters."""
        self._heard += deed is Deed.RECEIVES
        is_repetition = deed is Deed.RECEIVES and self._heard > HEARD_KEPT
        if len(self.events) < EVENTS_KEPT and not is_repetition:
            now_ns = time.time_ns()
            self.events.append(
                ClientEvent(
                    client=client,
                    deed=deed,
                    port=port,
                    size=size,
                    started_ns=now_ns if started_ns is None else started_ns,
                    ended_ns=now_ns,
                )
            )

    def rest(self, at_ns: int) -> None:
        """Add a moment at which it was proven that every thread slept."""
        if len(self.rests) < RESTS_KEPT:
            self.rests.append(at_ns)

    def neglect(self, moment: Moment) -> None:
        """Add a moment at which all slept and somebody had to wait for it."""
        if len(self.moments) < MOMENTS_KEPT:
            self.moments.append(moment)
