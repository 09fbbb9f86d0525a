"""What an attempt's page says at one moment: its place in the queue, its ticks, or its result."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from courses.attempts import history, shown_run
from courses.live import View
from courses.models import Attempt
from courses.results import Result, explain
from courses.timelines import Timeline, timeline_of
from grader.models import Run
from grader.queries import estimate_seconds, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A scenario while the program is examined."""

    name: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    attempt: Attempt
    run: Run
    before: int  # How many runs come first, while it is queued.
    seconds: int | None  # Until it is decided, as far as recent runs tell.
    ticks: tuple[Tick, ...]
    result: Result | None
    timeline: Timeline | None  # Of the scenario that is unfolded.
    headline: str
    history: list[tuple[Attempt, Run]]  # All attempts of the student, once this one is decided.
    teaches: bool  # Who teaches the course is told the cause of our own trouble.

    @property
    def is_final(self) -> bool:
        return not self.run.is_open


def status(attempt: Attempt, *, teaches: bool) -> Status:
    """Look at an attempt's rows again."""
    submission = attempt.submission
    run = shown_run(attempt)
    is_queued = run.state == Run.State.QUEUED
    result = (
        explain(run.report, program=submission.program, file_name=submission.file_name)
        if run.report
        else None
    )
    ticks = _ticks(run)
    first = result.first if result and result.first and result.first.has_timeline else None
    return Status(
        attempt=attempt,
        run=run,
        before=place_of(run) - 1 if is_queued else 0,
        seconds=estimate_seconds(run) if is_queued else None,
        ticks=ticks,
        result=result,
        timeline=timeline_of(run, scenario=first.number) if first else None,
        headline=_headline(run, ticks),
        history=[] if run.is_open else history(attempt.assignment, student=attempt.student),
        teaches=teaches,
    )


def view(attempt: Attempt, *, teaches: bool) -> View:
    """Draw what a stream sends."""
    now = status(attempt, teaches=teaches)
    return View(
        run_id=now.run.pk,
        html=draw(now),
        is_queued=now.run.state == Run.State.QUEUED,
        is_final=now.is_final,
    )


def draw(now: Status) -> str:
    """Render the part of the page that changes, with the sentence that a screen reader says."""
    return render_to_string("courses/partials/state.html", {"status": now, "is_update": True})


def _ticks(run: Run) -> tuple[Tick, ...]:
    if run.state != Run.State.RUNNING:
        return ()
    return tuple(Tick(name=tick["name"], outcome=tick["outcome"] or "") for tick in run.progress)


def _headline(run: Run, ticks: tuple[Tick, ...]) -> str:
    match Run.State(run.state):
        case Run.State.QUEUED:
            return "Waiting for a grader"
        case Run.State.RUNNING:
            return _step(ticks)
        case Run.State.FINISHED:
            outcome = Run.Outcome(run.outcome or "")
            return {"passed": "Passed", "failed": "Failed", "undecided": "Not decided"}[outcome]
        case Run.State.BROKEN:
            return "The grader had a problem"
        case Run.State.CANCELLED:
            return "Cancelled"


def _step(ticks: tuple[Tick, ...]) -> str:
    if not ticks:
        return "Starting"
    decided = sum(tick.outcome not in {"", "running"} for tick in ticks)
    if decided == len(ticks):
        return "Writing the result"
    return f"Running scenario {decided + 1} of {len(ticks)}"
