"""A real broker, real workers and a real sweep, for tests that end them in unkind ways.

All of them use the tests' own database and the embedded broker's own socket, so a test submits and
looks with the same functions as a page. Every process is the leader of a session of its own and is
killed with it at the end of the test, whatever the test did.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection

from config import addresses, broker
from tests.end_to_end.processes import kill, until

LEASE_S = 2

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """Start a program of the site on the tests' database; it is killed after the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": _database_url(),
                "GRADER_LEASE_SECONDS": str(LEASE_S),
                "GRADER_SWEEP_SECONDS": "0.2",
            },
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        processes.append(process)
        return process

    try:
        yield run
    finally:
        for process in processes:
            kill(process)


@pytest.fixture
def real_broker(start: Start) -> redis.Redis:
    """Start the embedded broker where the settings expect it, without anything from before."""
    socket = addresses.embedded_socket(settings.VAR)
    broker.make_private(socket.parent)
    command = broker.command(broker.find_server(), socket=socket, folder=settings.VAR)
    start(command)
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5)

    def is_answering() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    until(is_answering, within_s=10, what="the broker answers")
    client.flushall()
    return client


@pytest.fixture
def start_worker(start: Start, real_broker: redis.Redis) -> Callable[[], "subprocess.Popen[bytes]"]:
    """Start a worker with one slot, as the supervisor does."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config.celery", "worker"]
    options = ["--queues", "interactive", "--concurrency", "1", "--pool", "prefork"]
    return lambda: start([*celery, *options, "--without-gossip", "--without-mingle"])


@pytest.fixture
def running_sweep(start: Start, real_broker: redis.Redis) -> "subprocess.Popen[bytes]":
    return start([sys.executable, "manage.py", "sweep"])


def _database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
