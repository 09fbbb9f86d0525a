"""Who was neglected: something of his lay ready, and no thread ran or slept on him."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from iomodels.accounting.clients import Deeds, Ready
from iomodels.accounting.sleeps import Span
from iomodels.blame import RANKS
from iomodels.record import Moment, Wait
from iomodels.replay import Story
from iomodels.replay.files import LISTENER


class Neglected(NamedTuple):
    """A client, a stretch of time, and the sleep that is to blame."""

    client: str
    size: int
    started_ns: int
    ended_ns: int
    span: Span


class Blamer:
    """Finds the stretches in which all threads slept on something else."""

    def __init__(self, story: Story, spans: dict[int, list[Span]], deeds: Deeds) -> None:
        self._story, self._spans, self._deeds = story, spans, deeds
        self._starts = {
            thread_id: [span.started_ns for span in found] for thread_id, found in spans.items()
        }

    def of(self, one: Ready) -> list[Neglected]:
        """Return the stretches in which nobody could have served what lay ready."""
        whose = LISTENER if one.is_connection else one.client
        if whose in self._story.asynchronous or self._story.has_ring:
            return []  # A signal or a completion would reach any thread, wherever it sleeps.
        if not self._deeds.is_reading(one.client, one.started_ns):
            return []
        stretches = [(one.started_ns, one.ended_ns)]
        for thread_id in self._story.threads:
            stretches = _overlap(stretches, self._elsewhere(thread_id, one))
            if not stretches:
                return []
        return [
            Neglected(one.client, one.size, started_ns, ended_ns, span)
            for started_ns, ended_ns in stretches
            if (span := self.culprit(one.client, started_ns)) is not None
        ]

    def proven(self, moment: Moment, waiting: Sequence[Ready]) -> list[Neglected]:
        """Return what a moment of rest proves: all slept, and these clients had something ready."""
        found: list[Neglected] = []
        for end in moment.connections:
            span = self.culprit(end.client, moment.at_ns)
            if span is None:
                continue
            mine = [
                one
                for one in waiting
                if one.client == end.client and one.started_ns <= moment.at_ns <= one.ended_ns
            ]
            since_ns = max([span.started_ns, *(one.started_ns for one in mine[:1])])
            until_ns = min([span.asleep_until_ns, *(one.ended_ns for one in mine[:1])])
            found.append(
                Neglected(
                    end.client,
                    end.unread,
                    min(since_ns, moment.at_ns),
                    max(until_ns, moment.at_ns),
                    span,
                )
            )
        return found

    def culprit(self, client: str, at_ns: int) -> Span | None:
        """Return of all sleeps at a moment the one that says most about why a client waits."""
        found = [span for thread in self._spans if (span := self._span_at(thread, at_ns))]
        return min(found, key=lambda span: _rank(span, client), default=None)

    def _span_at(self, thread_id: int, at_ns: int) -> Span | None:
        index = bisect_right(self._starts[thread_id], at_ns) - 1
        span = self._spans[thread_id][index] if index >= 0 else None
        return span if span and span.asleep_until_ns >= at_ns else None

    def _elsewhere(self, thread_id: int, one: Ready) -> list[tuple[int, int]]:
        """Return when this thread slept on others, was not born yet, or had ended."""
        teller = self._story.threads[thread_id]
        found = [(0, teller.started_ns)] if teller.started_ns > one.started_ns else []
        spans = self._spans[thread_id]
        first = max(0, bisect_right(self._starts[thread_id], one.started_ns) - 1)
        for index in range(first, len(spans)):
            span = spans[index]
            if span.started_ns >= one.ended_ns:
                break
            if span.slept and not self._looks_after(span, one):
                found.append((span.started_ns, span.asleep_until_ns))
        if teller.ended_ns < one.ended_ns:
            found.append((teller.ended_ns, one.ended_ns))
        return _apart(found)

    def _looks_after(self, span: Span, one: Ready) -> bool:
        if one.is_connection:
            return span.watch.accepts
        return span.watch.covers(one.client, max(one.started_ns, span.started_ns))


def _apart(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches, by start, without what an earlier one has of a later one already.

    A thread is in one call at a time, but strace's stamps are not that exact.
    """
    found: list[tuple[int, int]] = []
    until = 0
    for started_ns, ended_ns in stretches:
        if ended_ns > max(started_ns, until):
            found.append((max(started_ns, until), ended_ns))
            until = ended_ns
    return found


def _overlap(
    first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return what two lists of stretches have in common; each in order, its stretches apart."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(first) and j < len(second):
        (a, b), (c, d) = first[i], second[j]
        if max(a, c) < min(b, d):
            found.append((max(a, c), min(b, d)))
        if b <= d:
            i += 1
        else:
            j += 1
    return found


def _rank(span: Span, client: str) -> tuple[bool, int]:
    watch = span.watch
    is_on_another = watch.wait in (Wait.READ, Wait.WRITE) and bool(watch.clients)
    rank = 0 if is_on_another else RANKS.index(watch.wait) + 1
    return client in watch.clients, rank
