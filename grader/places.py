"""Who comes before whom in the queue, and when a run will probably be decided.

Thousands of pages ask at once when everybody waits for the same deadline, and the answer takes a
look at the whole queue. So each process looks once a second at most, and shares what it saw.
"""

import math
import statistics
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from grader.models import Process, Run
from grader.presence import alive

# The estimate follows what gradings have lately taken.
ESTIMATED_FROM = 20
SHARED_FOR_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a queued run stands."""

    before: int  # How many runs come first.
    seconds: int | None  # Until it is decided; None where nothing tells.
    is_paused: bool  # No worker is at work.


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The queue as it was at one moment."""

    before: Mapping[int, int]  # For each queued run.
    slots: int
    seconds_each: float | None

    def place(self, run_id: int) -> Place:
        before = self.before.get(run_id, 0)
        seconds = None
        if self.slots and self.seconds_each is not None:
            seconds = math.ceil(math.ceil((before + 1) / self.slots) * self.seconds_each)
        return Place(before=before, seconds=seconds, is_paused=not self.slots)


def place_of(run: Run) -> Place:
    """Tell where a queued run stands: as of now, or of a moment less than a second ago."""
    return _shared.board(run.pk).place(run.pk)


def look() -> Board:
    """Look at the queue as it is now."""
    queued = Run.objects.filter(state=Run.State.QUEUED).in_fair_order()
    workers = alive(Process.objects.filter(kind=Process.Kind.WORKER, lane=Run.Lane.INTERACTIVE))
    return Board(
        before={pk: before for before, pk in enumerate(queued.values_list("pk", flat=True))},
        slots=sum(workers.values_list("slots", flat=True)),
        seconds_each=_seconds_each(),
    )


def _seconds_each() -> float | None:
    finished = Run.objects.filter(state=Run.State.FINISHED).order_by("-finished_at")
    recent = finished.values_list("started_at", "finished_at")[:ESTIMATED_FROM]
    durations = [(end - start).total_seconds() for start, end in recent if start and end]
    return max(statistics.median(durations), 0.0) if durations else None


class SharedBoard:
    """The board of this process, and when it was seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._board: Board | None = None
        self._seen_at = 0.0

    def board(self, run_id: int) -> Board:
        """Return a board that is not too old and knows the run, if it is queued."""
        with self._lock:
            is_old = time.monotonic() - self._seen_at > SHARED_FOR_S
            if self._board is None or is_old or run_id not in self._board.before:
                self._seen_at = time.monotonic()
                self._board = look()
            return self._board


_shared = SharedBoard()
