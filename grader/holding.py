"""Holding a run while it is graded: shows that the worker is alive, and tells when to let go."""

import logging
import threading
import time
from enum import Enum
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from grader import leaving, queries
from grader.models import Run

logger = logging.getLogger(__name__)

# Whoever cancels a run shall see its sandbox gone within a second: a look, and then the kill.
LOOK_EVERY_S = 0.4


class Reason(Enum):
    """Why a run has to be let go."""

    LOST = "it is another worker's now, or cancelled"
    LEAVING = "this worker was asked to end, and the time for that is over"


class Hold:
    """A run in this worker's hands.

    A thread of its own renews the claim every third of a lease and looks more often whether it is
    still held. Once it is not, or the worker has to end, `let_go` is set and says so to whoever
    waits.
    """

    def __init__(self, run: Run) -> None:
        self.let_go = threading.Event()
        self.reason: Reason | None = None
        self.renewals = 0  # Each of them has shown that the database can be written to.
        self._run = run
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"hold-{run.pk}", daemon=True)
        self._renewed_at = time.monotonic()
        self._asked_at: float | None = None  # When the worker was asked to end.
        self._is_database_away = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            while self.reason is None and not self._is_over.wait(LOOK_EVERY_S):
                self.reason = self._look()
        finally:
            connection.close()  # This thread's own.
            if self.reason:
                self.let_go.set()

    def _look(self) -> Reason | None:
        if self._is_time_to_leave():
            return Reason.LEAVING
        return None if self._is_held() else Reason.LOST

    def _is_time_to_leave(self) -> bool:
        now = time.monotonic()
        if leaving.is_asked() and self._asked_at is None:
            self._asked_at = now
        return self._asked_at is not None and now - self._asked_at >= settings.GRADER_GRACE_SECONDS

    def _is_held(self) -> bool:
        now = time.monotonic()
        is_due = now - self._renewed_at >= settings.GRADER_LEASE_SECONDS / 3
        try:
            is_held = queries.renew(self._run) if is_due else queries.is_held(self._run)
        except DatabaseError as error:
            if not self._is_database_away:
                logger.warning("Run %s: its claim cannot be renewed now: %s", self._run.pk, error)
            self._is_database_away = True
            connection.close_if_unusable_or_obsolete()
            # Nobody can be told that it was silent, so nobody else has it. Go on.
            return True
        self._is_database_away = False
        if is_due:
            self._renewed_at = now
            self.renewals += 1
        return is_held
