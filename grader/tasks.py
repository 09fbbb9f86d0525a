"""What a worker is woken by: a message that names a lane and no run."""

import logging
import os
import socket
from typing import Any

import redis
from celery import Task, shared_task
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.db import DatabaseError
from django.utils import timezone
from kombu.exceptions import KombuError

from grader import grading, leaving, presence
from grader.models import Process, Run

logger = logging.getLogger(__name__)

# What Celery's publishing raises depends on where in it the broker is missed.
BROKER_TROUBLE = (KombuError, redis.RedisError, OSError)


@shared_task(name="grader.grade_next", bind=True)
def grade_next(self: "Task[Any, Any]", lane: str) -> None:
    """Grade the next run; wake again if more are open, for their own messages may be lost."""
    try:
        is_more_open = grading.grade_next(lane, worker=f"{self.request.hostname}:{os.getpid()}")
    except DatabaseError as error:
        logger.warning("This wake-up came to nothing, the sweep will send another: %s", error)
    else:
        if is_more_open:
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


_presences: dict[str, presence.Presence] = {}  # Of this process: one worker has one name.


@worker_ready.connect
def _begin(sender: Any, **_: object) -> None:
    """Tell the operator at the start, not at the first submission, whether this worker works.

    Celery says that a worker is ready each time that it has found its broker again.
    """
    if sender.controller.hostname in _presences:
        return
    if grading.isolation.is_sound():
        logger.info("Programs are isolated; this worker takes work.")
    presence.disconnect()  # Its pool's processes are forked from this one whenever one ends.
    told = presence.Presence(_process(sender.controller))
    _presences[sender.controller.hostname] = told
    told.begin()


@worker_shutting_down.connect
def _begin_to_leave(**_: object) -> None:
    leaving.ask()


@worker_shutdown.connect
def _end(**_: object) -> None:
    for told in _presences.values():
        told.end()


def _process(worker: Any) -> Process:
    """Describe a Celery worker by what it serves."""
    queues = worker.app.amqp.queues.consume_from
    return Process(
        name=worker.hostname,
        kind=Process.Kind.WORKER,
        machine=socket.gethostname(),
        lane=next((lane for lane in reversed(Run.Lane.values) if lane in queues), ""),
        slots=worker.concurrency,
        started_at=timezone.now(),
    )
