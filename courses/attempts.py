"""What students hand in, and which of its runs they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q, QuerySet

from courses.models import Assignment, Attempt, Lesson
from grader.models import Run, RunQuerySet
from grader.submissions import replace, submit


class NotAccepting(Exception):
    """The assignment has not opened yet, or its exercise has nothing published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a student has reached at one assignment so far.

    An attempt counts unless we could not decide it, or it was cancelled.
    """

    tries: int
    points: int | None  # None: nothing is graded yet.
    out_of: int | None
    has_passed: bool


@transaction.atomic
def hand_in(
    assignment: Assignment,
    *,
    student: User,
    program: str,
    file_name: str = "server.py",
    replaces: bool = False,
) -> Attempt:
    """Record the student's next attempt and have it graded.

    One that `replaces` cancels the student's attempts that still wait at this assignment, and
    takes the place of the one that is nearest to its turn.
    """
    revision = assignment.exercise.published
    if revision is None or not assignment.is_open:
        raise NotAccepting

    # Two requests of one student must not both read "3 attempts so far". The student's row is the
    # lock; no_key leaves foreign keys to it, such as a sign-in, alone. SQLite needs no lock: its
    # transactions begin IMMEDIATE, one writer at a time.
    User.objects.select_for_update(no_key=True).get(pk=student.pk)
    so_far = assignment.attempts.filter(student=student).aggregate(last=Max("number"))["last"] or 0

    submission = submit(revision, submitter=student, program=program, file_name=file_name)
    attempt = Attempt.objects.create(
        assignment=assignment, student=student, number=so_far + 1, submission=submission
    )
    if replaces:
        newer = submission.runs.get()
        older_ones = waiting(assignment, student=student).exclude(submission=submission)
        # It keeps the place of the last that it replaces.
        for older in older_ones.in_fair_order().reverse():
            replace(older, newer, cause=f"Replaced by attempt {attempt.number}.")
    return attempt


def waiting(assignment: Assignment, *, student: User) -> RunQuerySet:
    """Return the runs of the student's attempts that still wait for a grader, newest first."""
    return (
        Run.objects.filter(
            submission__attempt__assignment=assignment,
            submission__attempt__student=student,
            state=Run.State.QUEUED,
        )
        .exclude(reason=Run.Reason.REGRADE)
        .select_related("submission__attempt")
        .defer("report", "progress", "submission__program")
        .order_by("-pk")
    )


def plan(
    lessons: Iterable[Lesson], *, student: User
) -> list[tuple[Lesson, list[tuple[Assignment, Effort | None]]]]:
    """Lay out each lesson's assignments with what the student has reached at them."""
    lessons = list(lessons)
    assignments = Assignment.objects.filter(lesson__in=lessons).select_related("exercise")
    efforts = _efforts(assignments, student=student)
    return [
        (lesson, [(a, efforts.get(a.pk)) for a in assignments if a.lesson_id == lesson.pk])
        for lesson in lessons
    ]


def _efforts(assignments: QuerySet[Assignment], *, student: User) -> dict[int, Effort]:
    runs = "submission__runs"
    rows = (
        Attempt.objects.filter(assignment__in=assignments, student=student)
        .order_by()
        .values("assignment")
        .annotate(
            tries=Count("pk", distinct=True, filter=_counts(runs)),
            points=Max(f"{runs}__points"),
            out_of=Max(f"{runs}__out_of"),
            passes=Count(runs, filter=Q(**{f"{runs}__outcome": Run.Outcome.PASSED})),
        )
    )
    return {
        row["assignment"]: Effort(
            tries=row["tries"],
            points=row["points"],
            out_of=row["out_of"],
            has_passed=row["passes"] > 0,
        )
        for row in rows
    }


def _counts(runs: str) -> Q:
    is_open = Q(**{f"{runs}__state__in": Run.OPEN_STATES})
    is_decided = Q(**{f"{runs}__outcome__in": (Run.Outcome.PASSED, Run.Outcome.FAILED)})
    return is_open | is_decided


def with_runs(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Add each attempt's runs without their large columns, newest first."""
    runs = Run.objects.order_by("-pk").without_reports()
    return (
        attempts.select_related("submission")
        .prefetch_related(Prefetch("submission__runs", queryset=runs))
        .defer("submission__program")
    )


def history(assignment: Assignment, *, student: User) -> list[tuple[Attempt, Run]]:
    """Return the student's attempts at it with the run to show for each, newest first."""
    attempts = with_runs(assignment.attempts.filter(student=student))
    return [(attempt, run_to_show(attempt.submission.runs.all())) for attempt in attempts]


def shown_run(attempt: Attempt) -> Run:
    return run_to_show(attempt.submission.runs.order_by("-pk"))


def run_to_show(newest_first: Iterable[Run]) -> Run:
    """Choose the run that stands for the submission.

    It is the newest. A regrade counts only once it has finished, so that a verdict never turns
    back into a place in the queue.
    """
    runs = list(newest_first)
    shown = (
        run for run in runs if run.reason != Run.Reason.REGRADE or run.state == Run.State.FINISHED
    )
    return next(shown, runs[0])
