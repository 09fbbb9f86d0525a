"""Handing in, grading again and cancelling: what puts runs into the queue and takes them out."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from grader.announcements import announce
from grader.models import Revision, Run, Submission
from grader.tasks import wake

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def submit(
    revision: Revision, *, submitter: "User", program: str, file_name: str = "server.py"
) -> Submission:
    """Store a program and queue its first run; a worker is woken after the commit."""
    submission = Submission.objects.create(
        revision=revision, submitter=submitter, program=program, file_name=file_name
    )
    run = Run.objects.create(submission=submission)
    transaction.on_commit(partial(wake, run.lane), robust=True)
    return submission


@transaction.atomic
def regrade(submission: Submission) -> Run:
    """Queue another run, behind everybody who waits; a run that is already open is returned."""
    run, is_new = Run.objects.get_or_create(
        submission=submission,
        state__in=Run.OPEN_STATES,
        defaults={"reason": Run.Reason.REGRADE, "lane": Run.Lane.REGRADE},
    )
    if is_new:
        transaction.on_commit(partial(wake, run.lane), robust=True)
    return run


def cancel(run: Run) -> bool:
    """End an open run without an outcome; its worker notices at its next renewal."""
    is_cancelled = bool(
        Run.objects.filter(pk=run.pk, state__in=Run.OPEN_STATES).update(
            state=Run.State.CANCELLED, lease_until=None, finished_at=timezone.now()
        )
    )
    if is_cancelled:
        transaction.on_commit(partial(announce, run.pk), robust=True)
    return is_cancelled
