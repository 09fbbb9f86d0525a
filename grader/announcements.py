"""Tells the web processes that a run has changed. The message says only: look at the row again."""

import functools
import logging

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

CHANNEL = "run:{run_id}"
# Grading must not wait for a page: a broker that is slower than this is not told.
TIMEOUT_S = 1.0


def channel(run_id: int) -> str:
    """Name the channel on which changes of a run are announced."""
    return CHANNEL.format(run_id=run_id)


def announce(run_id: int) -> None:
    """Publish that a run has changed; call it after the commit. Pages that miss it poll."""
    try:
        _client(settings.REDIS_URL).publish(channel(run_id), b"")
    except (redis.RedisError, OSError) as error:
        logger.warning("Run %s changed, and nobody could be told: %s", run_id, error)


def ping() -> None:
    """Ask the broker for a sign of life; raise RedisError or OSError if there is none."""
    _client(settings.REDIS_URL).ping()


@functools.cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
