"""Who comes before whom in the queue, and when a run will probably be decided."""

import math
import statistics
import threading
import time
from dataclasses import dataclass

from django.db.models import Q

from grader.models import Process, Run
from grader.presence import alive

# The estimate follows what gradings have lately taken.
ESTIMATED_FROM = 20
# Thousands of pages ask at once when everybody waits for the same deadline.
SHARED_FOR_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a queued run stands."""

    before: int  # How many runs come first.
    seconds: int | None  # Until it is decided; None where nothing tells.
    is_paused: bool  # No worker is at work.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the queue moves."""

    slots: int
    seconds_each: float | None

    def place(self, before: int) -> Place:
        seconds = None
        if self.slots and self.seconds_each is not None:
            seconds = math.ceil(math.ceil((before + 1) / self.slots) * self.seconds_each)
        return Place(before=before, seconds=seconds, is_paused=not self.slots)


def place_of(run: Run) -> Place:
    """Tell where a queued run stands, at the pace of this second."""
    return _shared.pace().place(_count_before(run))


def _count_before(run: Run) -> int:
    queued = Run.objects.filter(state=Run.State.QUEUED).in_fair_order()
    age = run.stands_for or run.pk
    is_sooner = Q(lane=run.lane) & (Q(turn__lt=run.turn) | Q(turn=run.turn, age__lt=age))
    if run.lane == Run.Lane.REGRADE:
        is_sooner |= Q(lane=Run.Lane.INTERACTIVE)
    return queued.filter(is_sooner).count()


def look() -> Pace:
    """Look at how many work, and at how long they lately took."""
    workers = alive(Process.objects.filter(kind=Process.Kind.WORKER, lane=Run.Lane.INTERACTIVE))
    return Pace(slots=sum(workers.values_list("slots", flat=True)), seconds_each=_seconds_each())


def _seconds_each() -> float | None:
    finished = Run.objects.filter(state=Run.State.FINISHED).order_by("-finished_at")
    recent = finished.values_list("started_at", "finished_at")[:ESTIMATED_FROM]
    durations = [(end - start).total_seconds() for start, end in recent if start and end]
    return max(statistics.median(durations), 0.0) if durations else None


class SharedPace:
    """The pace that all pages of this process share for a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pace: Pace | None = None
        self._seen_at = 0.0

    def pace(self) -> Pace:
        with self._lock:
            if self._pace is None or time.monotonic() - self._seen_at > SHARED_FOR_S:
                self._seen_at = time.monotonic()
                self._pace = look()
            return self._pace


_shared = SharedPace()
