"""One grading: claim a run, examine its program, record what was found."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, connection

from grader import machines, queries, sandbox
from grader.announcements import announce
from grader.exceptions import SandboxUnavailable
from grader.harness.examination import Progress, examine
from grader.harness.exercise import Exercise
from grader.harness.pipes import Stopped
from grader.models import Run

logger = logging.getLogger(__name__)

# A machine that could not isolate is looked at again, so that mending it needs no restart.
LOOK_AGAIN_S = 30


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
        """Forget the answer: a sandbox has just failed."""
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


class Heartbeat:
    """Renews a run's lease from a thread of its own; `lost` is set when the run is another's."""

    def __init__(self, run: Run) -> None:
        self.lost = threading.Event()
        self._run = run
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        lease_s = settings.GRADER_LEASE_SECONDS
        renewed_at = time.monotonic()
        try:
            while not self._is_over.wait(lease_s / 3):
                asked_at = time.monotonic()
                try:
                    is_held = queries.renew(self._run)
                    renewed_at = asked_at
                except DatabaseError as error:
                    # Until the lease ends nobody else may take the run.
                    logger.warning("Run %s: its lease was not renewed: %s", self._run.pk, error)
                    is_held = time.monotonic() - renewed_at < lease_s
                if not is_held:
                    self.lost.set()
                    return
        finally:
            connection.close()  # This thread's own.


isolation = Isolation()


def grade_next(lane: str, *, worker: str) -> bool:
    """Grade the next run of a lane, if there is one; return whether more are open."""
    if not isolation.is_sound():
        return False
    run = queries.claim(lane, worker)
    if run is None:
        return False
    announce(run.pk)
    with Heartbeat(run) as heartbeat:
        is_mine = _grade(run, stop=heartbeat.lost)
    if is_mine:
        logger.info("Run %s (try %s) was looked after by %s.", run.pk, run.tries, worker)
        announce(run.pk)
    else:
        logger.warning("Run %s was lost by %s; what was found is dropped.", run.pk, worker)
    return queries.has_open(lane)


def _grade(run: Run, *, stop: threading.Event) -> bool:
    """Examine and record; False if the run was lost meanwhile."""
    try:
        exercise = run.submission.revision.definition()
        examination = examine(
            exercise,
            run.submission.program.encode(),
            file_name=run.submission.file_name,
            on_progress=_progress_writer(run, exercise),
            stop=stop,
        )
    except Stopped:
        return False
    except Exception as error:  # Whatever it is, it is ours: the program's mistakes are values.
        logger.exception("Run %s could not be graded", run.pk)
        if isinstance(error, SandboxUnavailable):
            isolation.doubt()
        return queries.give_back(run, f"{type(error).__name__}: {error}")
    return queries.record_result(run, examination)


def _progress_writer(run: Run, exercise: Exercise) -> Callable[[Progress], None]:
    scenarios: list[dict[str, Any]] = [
        {"name": scenario.name, "outcome": None} for scenario in exercise.scenarios
    ]

    def write(progress: Progress) -> None:
        scenarios[progress.number - 1]["outcome"] = progress.outcome or "running"
        try:
            if queries.record_progress(run, scenarios):
                announce(run.pk)
        except DatabaseError as error:
            # A tick that nobody sees is no reason to end a grading.
            logger.warning("Run %s: its progress was not stored: %s", run.pk, error)

    return write
