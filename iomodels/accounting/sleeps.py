"""Which calls truly slept, and until when: proven by order, never by how long they took.

A call that lasts long may only have been pre-empted, or the tracer was slow. It slept if one of
these holds:

- It came back because its time-out was over.
- It was a sleep that only time, a signal, another thread or another process can end.
- The watcher saw every thread asleep while it lasted. It slept at least until then.
- When it began nothing lay ready of what it waits for, and later somebody brought that on. It
  slept at least until he began to.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from iomodels.accounting.clients import Deeds, Ready
from iomodels.record import Wait
from iomodels.replay import Story, Watch

_FOR_OTHERS = (Wait.LOCK, Wait.CHILD, Wait.SIGNAL)


class Span(NamedTuple):
    """A call in which a thread is, and until when it is proven that it slept."""

    watch: Watch
    started_ns: int
    ended_ns: int  # When it returned, or the run ended.
    # `started_ns`: not proven at all. Of a wait for another thread, process or signal this is only
    # what the watcher saw: nothing tells when its reason was over, and the thread to be woken.
    asleep_until_ns: int
    slept: bool


class Sleeper:
    """Decides for each call of a story whether it slept."""

    def __init__(
        self, story: Story, deeds: Deeds, waiting: Iterable[Ready], rests: Sequence[int]
    ) -> None:
        self._story, self._deeds, self._rests = story, deeds, rests
        self._bytes: dict[str, list[Ready]] = {}
        self._queue: list[Ready] = []
        for one in waiting:
            (self._queue if one.is_connection else self._bytes.setdefault(one.client, [])).append(
                one
            )
        self._starts = {
            client: [one.started_ns for one in found] for client, found in self._bytes.items()
        }

    def spans(self, thread_id: int) -> list[Span]:
        """Return a thread's calls that may sleep, in order."""
        return [
            self._span(watch)
            for watch in self._story.threads[thread_id].watches
            if watch.may_sleep and watch.wait is not Wait.OTHER
        ]

    def _span(self, watch: Watch) -> Span:
        # A call that never returned was cut off by the end of the run, or of its process.
        ended_ns = watch.ended_ns
        if ended_ns is None:
            ended_ns = self._story.threads[watch.thread_id].ended_ns
        until_ns = self._asleep_until(watch, ended_ns)
        slept = until_ns > watch.started_ns or (
            watch.wait in _FOR_OTHERS and watch.error != "EAGAIN" and ended_ns > watch.started_ns
        )
        return Span(watch, watch.started_ns, ended_ns, until_ns, slept)

    def _asleep_until(self, watch: Watch, ended_ns: int) -> int:
        wait = watch.wait
        if wait is Wait.TIMER or (wait is Wait.READINESS and watch.result == 0):
            return ended_ns
        until_ns = self._last_rest(watch, ended_ns) if self._rests else watch.started_ns
        # What a write waits for, an acknowledgement, is in no log.
        if wait is Wait.WRITE or wait in _FOR_OTHERS:
            return until_ns
        if watch.error == "EAGAIN":  # The socket's time-out, SO_RCVTIMEO.
            return ended_ns
        deed_ns = self._first_deed(watch, ended_ns)
        if watch.ended_ns is None and not deed_ns and not self._had_something(watch):
            return ended_ns  # Only the end of its process ended it.
        return max(until_ns, deed_ns)

    def _last_rest(self, watch: Watch, ended_ns: int) -> int:
        index = bisect_right(self._rests, ended_ns) - 1
        return max(watch.started_ns, self._rests[index] if index >= 0 else 0)

    def _first_deed(self, watch: Watch, ended_ns: int) -> int:
        """Return when somebody first brought on what the call waits for; 0: it was there before."""
        deed_ns = self._deeds.first(watch, ended_ns)
        return 0 if deed_ns and self._had_something(watch) else deed_ns

    def _had_something(self, watch: Watch) -> bool:
        at_ns = watch.started_ns
        if watch.accepts and any(one.started_ns <= at_ns < one.ended_ns for one in self._queue):
            return True
        clients = {*watch.clients, *watch.epoll.known()} if watch.epoll else watch.clients
        # What a read takes is noted as gone at its start, and lay there then. Others than reads are
        # not held up by what is left of a message: an edge-triggered epoll has told of it.
        is_read = watch.wait is Wait.READ
        for client in clients:  # noqa: SIM110 - a generator takes twice as long.
            if self._is_ready(client, at_ns, to_the_end=is_read):
                return True
        return False

    def _is_ready(self, client: str, at_ns: int, *, to_the_end: bool) -> bool:
        # One client's stretches are in order, and are read in that order: the last tells all.
        index = bisect_right(self._starts.get(client, ()), at_ns) - 1
        if index < 0:
            return False
        one = self._bytes[client][index]
        return at_ns <= one.gone_ns if to_the_end else at_ns < one.ended_ns
