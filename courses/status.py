"""What an attempt's page says at one moment: its place in the queue, its ticks, or its result."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from courses.attempts import history, shown_run
from courses.live import View
from courses.models import Attempt
from courses.phases import Phase, Played, phases, scenarios
from courses.results import Result, explain
from courses.timelines import Timeline, timeline_of
from grader.models import Run
from grader.places import Place, place_of

# A place in the queue changes when other runs end, which nobody announces. Who is far from the
# front is told less often: thousands may wait at once.
LOOK_AGAIN_S = 3.0
LOOK_AGAIN_PER_RUN_S = 0.1
LOOK_AGAIN_AT_LATEST_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    attempt: Attempt
    run: Run
    place: Place | None  # In the queue, while it is queued.
    phases: tuple[Phase, ...]
    ticks: tuple[Played, ...]  # The scenarios, while the program is examined.
    result: Result | None
    timeline: Timeline | None  # Of the scenario that is unfolded.
    headline: str
    history: list[tuple[Attempt, Run]]  # All attempts of the student, once this one is decided.
    teaches: bool  # Who teaches the course is told the cause of our own trouble.

    @property
    def is_final(self) -> bool:
        return not self.run.is_open

    @property
    def wait(self) -> str:
        """Say when it will probably be decided; "" where nothing tells."""
        seconds = self.place.seconds if self.place else None
        return "" if seconds is None else spoken(seconds)

    @property
    def is_tried_again(self) -> bool:
        """Whether it was begun before and had to be stopped."""
        claims_before = self.run.fence - int(self.run.state == Run.State.RUNNING)
        return self.run.is_open and claims_before > 0


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
    seen = phases(run, submitted_at=submission.created_at)
    first = result.first if result and result.first and result.first.has_timeline else None
    return Status(
        attempt=attempt,
        run=run,
        place=place_of(run) if is_queued else None,
        phases=seen,
        ticks=scenarios(run) if run.state == Run.State.RUNNING else (),
        result=result,
        timeline=timeline_of(run, scenario=first.number) if first else None,
        headline=_headline(run, seen),
        history=[] if run.is_open else history(attempt.assignment, student=attempt.student),
        teaches=teaches,
    )


def view(attempt: Attempt, *, teaches: bool) -> View:
    """Draw what a stream sends."""
    now = status(attempt, teaches=teaches)
    return View(
        run_id=now.run.pk,
        html=draw(now),
        look_again_s=_look_again_s(now),
        is_final=now.is_final,
    )


def draw(now: Status) -> str:
    """Render the part of the page that changes, with the sentence that a screen reader says."""
    return render_to_string("courses/partials/state.html", {"status": now, "is_update": True})


def spoken(seconds: int) -> str:
    """Say when something will be, as people do: exact to the second is more than anybody knows."""
    if seconds < 20:
        return "in a few seconds"
    if seconds < 90:
        return f"in about {round(seconds, -1)} seconds"
    if seconds < 90 * 60:
        return f"in about {round(seconds / 60)} minutes"
    return f"in about {round(seconds / 3600)} hours"


def _look_again_s(now: Status) -> float | None:
    if now.place is None:
        return None
    return min(LOOK_AGAIN_S + LOOK_AGAIN_PER_RUN_S * now.place.before, LOOK_AGAIN_AT_LATEST_S)


def _headline(run: Run, phases: tuple[Phase, ...]) -> str:
    match Run.State(run.state):
        case Run.State.QUEUED:
            return "Waiting for a grader"
        case Run.State.RUNNING:
            return next(phase.name for phase in phases if phase.state == "now")
        case Run.State.FINISHED:
            outcome = Run.Outcome(run.outcome or "")
            return {"passed": "Passed", "failed": "Failed", "undecided": "Not decided"}[outcome]
        case Run.State.BROKEN:
            return "The grader had a problem"
        case Run.State.CANCELLED:
            return "Cancelled"
