"""Rows and values for the tests of the queue."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from grader import queries
from grader.harness.examination import Examination
from grader.models import Exercise, Process, Revision, Run, Submission
from grader.turns import next_turn
from iomodels.record import Outcome, Record
from iomodels.report import Report, Resources

FILES = {
    "exercise.toml": """\
title = "Echo"

[[scenario]]
name = "A line comes back"
points = 40
script = '''
connect A
A sends "x\\n"
A receives "x\\n"
'''

[[scenario]]
name = "The server rests"
points = 60
script = '''
connect A
the server rests
'''
""",
    "statement.md": "Send every line back.\n",
    "starter.py": "",
}


# What can be a hundred kilobytes and more.
LARGE = ("run.report", "run.progress", "evidence.record", "evidence.ledgers",
         "submission.program", "revision.files")  # fmt: skip


def large_columns(queries: Iterable[Mapping[str, str]]) -> set[str]:
    """Return which of LARGE these captured queries read."""
    said = " ".join(query["sql"] for query in queries if query["sql"].startswith("SELECT"))
    return {name for name in LARGE if '"grader_{}"."{}"'.format(*name.split(".")) in said}


def revision() -> Revision:
    exercise, _ = Exercise.objects.get_or_create(slug="echo", defaults={"title": "Echo"})
    found = exercise.revisions.first()
    return found or Revision.objects.create(
        exercise=exercise, number=1, files=FILES, digest=Revision.digest_of(FILES)
    )


def submission(student: str = "ada") -> Submission:
    user, _ = User.objects.get_or_create(username=student)
    return Submission.objects.create(revision=revision(), submitter=user, program="print()")


def queued(student: str = "ada", **values: Any) -> Run:
    stored = submission(student)
    lane = values.setdefault("lane", Run.Lane.INTERACTIVE)
    values.setdefault("turn", next_turn(stored.submitter_id, lane))
    return Run.objects.create(submission=stored, **values)


def finished(student: str = "ada", *, took_s: float = 2, **values: Any) -> Run:
    """Make a run that has passed, just now."""
    ended = values.setdefault("finished_at", timezone.now())
    passed = {"state": "finished", "outcome": "passed", "report": {}, "points": 1, "out_of": 1}
    return queued(student, started_at=ended - timedelta(seconds=took_s), **passed | values)


def process(name: str = "worker@one", *, silent_s: float = 0, **values: Any) -> Process:
    """Make a worker with two slots, or whatever else is said of it."""
    now = timezone.now()
    plain = {"kind": "worker", "machine": "one", "lane": "interactive", "slots": 2}
    times = {"started_at": now - timedelta(days=2), "seen_at": now - timedelta(seconds=silent_s)}
    return Process.objects.create(name=name, **plain | times | values)


def silence(run: Run) -> None:
    """Take the run back, as the sweep does when its worker has been silent for too long."""
    run.refresh_from_db()
    assert queries.take_back(run)


def examined(outcome: Outcome = Outcome.PASSED, *, output: str = "") -> Examination:
    report = Report(
        exercise="Echo",
        outcome=outcome,
        points=100 if outcome is Outcome.PASSED else 0,
        out_of=100,
        verdict="",
        scenarios=(),
        resources=Resources(threads=1, processes=1, cpu_ms=1.0, memory_kib=1, took_ms=1.0),
        output=output,
        seed=1,
    )
    return Examination(report=report, record=Record(scenarios=(), seed=1))
