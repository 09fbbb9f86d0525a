"""What a worker is woken by: a message that names a lane and no run."""

import logging
import os
import socket

from billiard import current_process
from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

logger = logging.getLogger(__name__)


@shared_task(name="grader.grade_next")
def grade_next(lane: str) -> None:
    """Grade the next run; wake again if more are open, for their own messages may be lost."""
    from grader import grading  # noqa: PLC0415 (who only wakes needs no sandbox)

    worker = f"{socket.gethostname()}:{os.getpid()}"
    slot = settings.GRADER_FIRST_SLOT + int(getattr(current_process(), "index", 0))
    if grading.grade_next(lane, worker=worker, slot=slot):
        wake(lane)


def wake(lane: str) -> bool:
    """Send one message; a failure is logged, never raised: the sweep will send another."""
    try:
        grade_next.apply_async((lane,), queue=lane)
    except (grade_next.app.connection_for_write().connection_errors, OSError) as error:
        logger.warning("No worker was woken for the %s lane: %s", lane, error)
        return False
    return True


def waiting(lane: str) -> int:
    """Count the messages that lie in the broker; raises what the broker's library raises."""
    with grade_next.app.connection_or_acquire() as connection:
        try:
            declared = connection.default_channel.queue_declare(queue=lane, passive=True)
        except connection.channel_errors:
            return 0  # Redis has no key for an empty list.
        return int(declared.message_count)


@worker_ready.connect
def _tell_whether_isolation_is_sound(**_: object) -> None:
    """Tell the operator at the start, not at the first submission."""
    from grader import grading  # noqa: PLC0415 (as above)

    if grading.isolation.is_sound():
        logger.info("Programs are isolated; this worker takes work.")
