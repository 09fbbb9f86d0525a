"""Finds runs that nobody was woken for, or whose worker is silent, and wakes workers for them.

A process of its own and not a Celery task: a task would wait behind the gradings, and would be lost
with the broker's messages, which is what it is there to mend.

It keeps no books of messages. As many should lie in the broker as there are open runs, and a few
are enough, since a worker that finds more work wakes the next one itself. So each round compares
the two and sends what is missing: it does not matter whether a message was never sent, was lost
with the broker, or died with a worker. Of runs that are held it remembers only how long each has
stood still (grader.leases); a sweep that starts anew begins to count anew.
"""

import logging
import socket
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Count
from django.utils import timezone

from grader.announcements import announce
from grader.gauges import is_stalled
from grader.leases import Leases
from grader.models import Process, Run
from grader.presence import forget, note
from grader.queries import take_back
from grader.tasks import BROKER_TROUBLE, waiting, wake

logger = logging.getLogger(__name__)

# More messages than all workers have slots are of no use: each worker that finds work passes it on.
ENOUGH = 32
# Somebody should look at the workers, and need not read of it at each sweep.
RING_EVERY_S = 60


def sweep(leases: Leases) -> int:
    """Take back from those who are silent, wake for what is open; return how many were woken."""
    running = Run.objects.filter(state=Run.State.RUNNING).without_reports()
    for run in leases.look(list(running)):
        if take_back(run):
            logger.warning("Run %s was taken back: %s is silent.", run.pk, run.worker)
            announce(run.pk)
    lanes = Run.objects.open(timezone.now()).order_by().values_list("lane").annotate(Count("pk"))
    return sum(_wake_missing(lane, count) for lane, count in lanes)


def sweep_until(stop: threading.Event) -> None:
    """Sweep every GRADER_SWEEP_SECONDS until `stop` is set, whatever else fails meanwhile."""
    leases, alarm, process = Leases(), Alarm(), _process()
    while not stop.wait(settings.GRADER_SWEEP_SECONDS):
        try:
            close_old_connections()
            # Before the look: where this cannot be written, no worker can renew either, although
            # both can read (another process has SQLite's lock, or the disk is full).
            note(process)
            sent = sweep(leases)
            alarm.look()
        except (DatabaseError, *BROKER_TROUBLE) as error:
            logger.warning("This sweep failed, the next one is near: %s", error)
        else:
            if sent:
                logger.info("Sent %d wake-ups for runs that nobody was woken for.", sent)
    forget(process)


def _process() -> Process:
    host = socket.gethostname()
    return Process(
        name=f"sweep@{host}", kind=Process.Kind.SWEEP, machine=host, started_at=timezone.now()
    )


@dataclass(slots=True)
class Alarm:
    """Logs, once a minute, that runs are open and nobody claims any."""

    rang_at: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Ring if the last claim is too long ago."""
        if time.monotonic() - self.rang_at < RING_EVERY_S:
            return
        self.rang_at = time.monotonic()
        if is_stalled():
            logger.error("Runs are open and no worker has claimed one for a minute.")


def _wake_missing(lane: str, count: int) -> int:
    missing = min(count, ENOUGH) - waiting(lane)
    return sum(wake(lane) for _ in range(missing))
