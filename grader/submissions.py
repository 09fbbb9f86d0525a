"""Handing in, grading again and cancelling: what puts runs into the queue and takes them out."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from grader import queries
from grader.announcements import announce
from grader.errands import run_soon
from grader.models import Revision, Run, Submission
from grader.tasks import wake
from grader.turns import next_turn

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@transaction.atomic
def submit(
    revision: Revision, *, submitter: "User", program: str, file_name: str = "server.py"
) -> Submission:
    """Store a program and queue its first run; a worker is woken after the commit."""
    submission = Submission.objects.create(
        revision=revision, submitter=submitter, program=program, file_name=file_name
    )
    turn = next_turn(submission.submitter_id, Run.Lane.INTERACTIVE)
    run = Run.objects.create(submission=submission, turn=turn)
    _wake_after_commit(run)
    return submission


@transaction.atomic
def regrade(submission: Submission) -> Run:
    """Queue another run, behind everybody who waits; a run that is already open is returned."""
    run, is_new = Run.objects.get_or_create(
        submission=submission,
        state__in=Run.OPEN_STATES,
        defaults={
            "reason": Run.Reason.REGRADE,
            "lane": Run.Lane.REGRADE,
            "turn": next_turn(submission.submitter_id, Run.Lane.REGRADE),
        },
    )
    if is_new:
        _wake_after_commit(run)
    return run


@transaction.atomic
def cancel(run: Run, *, by: "User | AnonymousUser") -> bool:
    """End an open run without an outcome, and its sandbox within a second; False if it is over."""
    is_cancelled = queries.cancel(run, f"Cancelled by {by.get_username()}.")
    if is_cancelled:
        _announce_after_commit(run)
    return is_cancelled


@transaction.atomic
def replace(older: Run, newer: Run, *, cause: str) -> bool:
    """Give a waiting run's place in the queue to a newer one; False if it waits no more."""
    is_replaced = queries.cancel(older, cause, states=(Run.State.QUEUED,))
    if is_replaced:
        older.refresh_from_db(fields=["stands_for", "turn"])
        place = {"stands_for": older.stands_for or older.pk, "turn": older.turn}
        Run.objects.filter(pk=newer.pk, state=Run.State.QUEUED).update(**place)
        _announce_after_commit(older)
    return is_replaced


def _wake_after_commit(run: Run) -> None:
    errand = partial(run_soon, f"wake {run.lane}", partial(wake, run.lane))
    transaction.on_commit(errand, robust=True)


def _announce_after_commit(run: Run) -> None:
    errand = partial(run_soon, "announce", partial(announce, run.pk))
    transaction.on_commit(errand, robust=True)
