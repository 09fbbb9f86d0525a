"""What a worker is woken by: a message that names a lane and no run."""

import logging
import os
import socket

import redis
from celery import shared_task
from celery.signals import worker_ready
from kombu.exceptions import KombuError

from grader import grading

logger = logging.getLogger(__name__)

# What Celery's publishing raises depends on where in it the broker is missed.
BROKER_TROUBLE = (KombuError, redis.RedisError, OSError)


@shared_task(name="grader.grade_next")
def grade_next(lane: str) -> None:
    """Grade the next run; wake again if more are open, for their own messages may be lost."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if grading.grade_next(lane, worker=worker):
        wake(lane)


def wake(lane: str) -> bool:
    """Send one message; a failure is logged, never raised: the sweep will send another."""
    try:
        grade_next.apply_async((lane,), queue=lane)
    except BROKER_TROUBLE as error:
        logger.warning("No worker was woken for the %s lane: %s", lane, error)
        return False
    return True


def waiting(lane: str) -> int:
    """Count the messages that lie in the broker; raises one of BROKER_TROUBLE."""
    with grade_next.app.connection_or_acquire() as connection:
        try:
            declared = connection.default_channel.queue_declare(queue=lane, passive=True)
        except connection.channel_errors:
            return 0  # Redis has no key for an empty list.
        return int(declared.message_count)


@worker_ready.connect
def _tell_whether_isolation_is_sound(**_: object) -> None:
    """Tell the operator at the start, not at the first submission."""
    if grading.isolation.is_sound():
        logger.info("Programs are isolated; this worker takes work.")
