"""Which parts of the site are at work: each tells of itself every few seconds, in the database.

For people and monitors, and for estimates; nothing of the queue depends on it.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from grader.models import Process

logger = logging.getLogger(__name__)

TOLD_EVERY_S = 5
# Three times unheard: it is gone, or its machine is, or the database was away.
ALIVE_FOR = timedelta(seconds=3 * TOLD_EVERY_S + 5)
# One that ended without a word stays in sight for so long.
FORGOTTEN_AFTER = timedelta(days=1)

# A worker forks while it tells of itself from a thread. No fork may fall into the middle of that: a
# connection that is open in two processes is broken in both.
_telling = threading.Lock()
os.register_at_fork(
    before=_telling.acquire,
    after_in_parent=_telling.release,
    after_in_child=_telling.release,
)


def alive(processes: QuerySet[Process]) -> QuerySet[Process]:
    """Keep those that were heard of lately."""
    return processes.filter(seen_at__gte=timezone.now() - ALIVE_FOR)


def is_alive(process: Process) -> bool:
    """Tell whether it was heard of lately."""
    return process.seen_at >= timezone.now() - ALIVE_FOR


class Presence:
    """Tells of a process from a thread of its own, until it ends."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="presence", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Take the process off the list, for it ends as it should."""
        self._is_over.set()
        self._thread.join()

    def _tell(self) -> None:
        while True:
            with _telling, _logged(self.process):
                note(self.process)
            if self._is_over.wait(TOLD_EVERY_S):
                break
        with _telling:
            forget(self.process)


def note(process: Process) -> None:
    """Store that the process is alive; forget those that have been silent for a day."""
    process.seen_at = timezone.now()
    process.save()
    Process.objects.filter(seen_at__lt=process.seen_at - FORGOTTEN_AFTER).delete()


def forget(process: Process) -> None:
    """Take a process off the list that ends as it should."""
    with _logged(process):
        Process.objects.filter(pk=process.pk).delete()


@contextmanager
def _logged(process: Process) -> Iterator[None]:
    """Survive a database that is away; leave no connection behind."""
    try:
        yield
    except DatabaseError as error:
        logger.warning("%s could not tell that it is alive: %s", process, error)
    finally:
        disconnect()


def disconnect() -> None:
    """Leave no connection that a process forked later would share, not even one in a pool."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined] # Of this vendor alone.
