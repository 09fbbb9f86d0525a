"""Whether everybody was served fairly: what happened is played again from the rows.

However turns are dealt out: between the moment at which a run is queued and the moment at which it
is taken, every other student is served once at most; behind k open runs of one's own, k + 2 times.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from tests.end_to_end.faults.databases import Database

# A run is given its time of queueing a moment before it is committed and others can see it.
SLACK = 1


class Kind(IntEnum):
    """Events of one moment count in this order."""

    OVER = 0
    QUEUED = 1
    TAKEN = 2


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Event:
    at: datetime
    kind: Kind
    run: int
    student: int


@dataclass(slots=True)
class Waiting:
    student: int
    may_wait_for: int  # So many runs of every other student.
    served: Counter[int] = field(default_factory=Counter)

    @property
    def is_passed_over(self) -> bool:
        others = (count for student, count in self.served.items() if student != self.student)
        return max(others, default=0) > self.may_wait_for + SLACK


EVENTS = """
SELECT r.queued_at, 1, r.id, s.submitter_id FROM grader_run r
  JOIN grader_submission s ON s.id = r.submission_id
UNION ALL SELECT t.began_at, 2, r.id, s.submitter_id FROM grader_try t
  JOIN grader_run r ON r.id = t.run_id JOIN grader_submission s ON s.id = r.submission_id
  WHERE t.number = 1
UNION ALL SELECT r.finished_at, 0, r.id, s.submitter_id FROM grader_run r
  JOIN grader_submission s ON s.id = r.submission_id WHERE r.finished_at IS NOT NULL
"""


def passed_over(database: Database) -> list[int]:
    """Return the runs that waited for more of another student's than they had to."""
    waiting: dict[int, Waiting] = {}
    still_open: defaultdict[int, set[int]] = defaultdict(set)
    found = []
    for event in _events(database):
        match event.kind:
            case Kind.QUEUED:
                ahead = len(still_open[event.student])
                waiting[event.run] = Waiting(event.student, ahead + 2 if ahead else 1)
                still_open[event.student].add(event.run)
            case Kind.TAKEN:
                if waiting.pop(event.run).is_passed_over:
                    found.append(event.run)
                for one in waiting.values():
                    one.served[event.student] += 1
            case Kind.OVER:
                still_open[event.student].discard(event.run)
                waiting.pop(event.run, None)
    return found


def _events(database: Database) -> Iterator[Event]:
    rows = database.rows(EVENTS)
    yield from sorted(
        Event(at=_moment(at), kind=Kind(kind), run=run, student=student)
        for at, kind, run, student in rows
    )


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=None) if isinstance(at, str) else at
