"""One grading: claim a run, examine its program, record what was found."""

import logging
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from grader import leaving, machines, queries, sandbox
from grader.announcements import announce
from grader.harness.examination import Progress, examine
from grader.harness.exercise import Exercise
from grader.harness.pipes import Stopped
from grader.holding import Hold, Reason
from grader.models import Run

logger = logging.getLogger(__name__)

# A machine that could not isolate is looked at again, so that mending it needs no restart.
LOOK_AGAIN_S = 30
# While the database is away.
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


class Isolation:
    """Whether this machine can isolate a program: tried before the first claim, then remembered."""

    def __init__(self) -> None:
        self._is_sound = False
        self._look_at = 0.0

    def is_sound(self) -> bool:
        """Run the sandbox's self-test if need be; log what is missing and what mends it."""
        if not self._is_sound and time.monotonic() >= self._look_at:
            checks = sandbox.self_test()
            for check in checks:
                _log(check)
            _note(checks)
            self._is_sound = sandbox.is_sound(checks)
            self._look_at = time.monotonic() + LOOK_AGAIN_S
        return self._is_sound

    def doubt(self) -> None:
        """Forget the answer: a grading has just failed, and perhaps for a reason that lasts."""
        self._is_sound = False
        self._look_at = 0.0


def _log(check: sandbox.Check) -> None:
    if not check.is_ok:
        logger.error("No work is taken: %s: %s. Mend it: %s", check.name, check.detail, check.mend)
    elif check.mend:
        logger.warning("%s: %s. To mend it: %s", check.name, check.detail, check.mend)


def _note(checks: Sequence[sandbox.Check]) -> None:
    try:
        machines.note(socket.gethostname(), checks)
    except DatabaseError as error:
        # What is only shown is no reason to take no work, or to take it.
        logger.warning("The self-test of this machine was not stored: %s", error)


isolation = Isolation()


def grade_next(lane: str, *, worker: str) -> bool:
    """Grade the next run of a lane, if there is one; return whether more are open."""
    if leaving.is_asked() or not isolation.is_sound():
        return False
    run = queries.claim(lane, worker)
    if run is None:
        return False
    announce(run.pk)
    with Hold(run) as hold:
        is_mine = _grade(run, hold)
    if is_mine:
        logger.info("Run %s (try %s) was looked after by %s.", run.pk, run.tries, worker)
        announce(run.pk)
    else:
        logger.warning("Run %s was lost by %s; what was found is dropped.", run.pk, worker)
        _note_late(run)
    return not leaving.is_asked() and queries.has_open(lane)


def _note_late(run: Run) -> None:
    try:
        queries.note_late(run)
    except DatabaseError as error:
        # It is only shown; and a database that is away may be why the run was let go.
        logger.warning("Run %s: that it came late was not stored: %s", run.pk, error)


def _grade(run: Run, hold: Hold) -> bool:
    """Examine and record; False if the run was lost meanwhile."""
    try:
        exercise = run.submission.revision.definition()
        examination = examine(
            exercise,
            run.submission.program.encode(),
            file_name=run.submission.file_name,
            on_progress=_progress_writer(run, exercise, hold),
            stop=hold.let_go,
        )
    except Stopped:
        return hold.reason is Reason.LEAVING and queries.hand_back(run)
    except Exception as error:  # Whatever it is, it is ours: the program's mistakes are values.
        logger.exception("Run %s could not be graded", run.pk)
        # A machine that is sick (a full disk, no memory) would break one run after the other.
        isolation.doubt()
        return _insist(partial(queries.give_back, run, f"{type(error).__name__}: {error}"), hold)
    return _insist(partial(queries.record_result, run, examination), hold)


def _insist(store: Callable[[], bool], hold: Hold) -> bool:
    """Store what became of a run, as soon as the database is there; False if the run was lost.

    What else the database may refuse is raised: the next try will not be luckier.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return store()
        except (OperationalError, InterfaceError) as error:
            logger.warning("What was found is kept until the database is there: %s", error)
            close_old_connections()
        if hold.let_go.wait(pause_s):
            return False
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _progress_writer(run: Run, exercise: Exercise, hold: Hold) -> Callable[[Progress], None]:
    """Store and announce each scenario's beginning and end, with the time of each.

    A tick that nobody sees is no reason to end a grading, nor to hold it up: after one that could
    not be stored, none is tried until a renewal has shown that the database is there again.
    """
    failed_at: int | None = None  # How many renewals there had been.
    scenarios: list[dict[str, Any]] = [
        {"name": scenario.name, "outcome": None} for scenario in exercise.scenarios
    ]

    def write(progress: Progress) -> None:
        nonlocal failed_at
        moment = "ended_at" if progress.outcome else "began_at"
        scenarios[progress.number - 1] |= {
            "outcome": progress.outcome or "running",
            moment: timezone.now().isoformat(),
        }
        if failed_at == hold.renewals:
            return
        try:
            if queries.record_progress(run, scenarios):
                announce(run.pk)
        except DatabaseError as error:
            failed_at = hold.renewals
            logger.warning("Run %s: its progress was not stored: %s", run.pk, error)
            close_old_connections()

    return write
