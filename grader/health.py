"""Whether each part that a site needs is there, for monitors: one sentence each."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from grader.announcements import ping
from grader.gauges import is_stalled, is_sweep_alive, workers
from grader.models import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the site; what it says names no host and no secret."""

    name: str
    is_ok: bool
    says: str


def parts() -> list[Part]:
    """Look at each part; what needs the database is not looked at while that is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return [
            Part(name="database", is_ok=False, says="does not answer"),
            _part("broker", _broker),
        ]
    database = Part(name="database", is_ok=True, says="answers")
    return [database, *(_part(name, look) for name, look in LOOKS)]


def _part(name: str, look: Callable[[], tuple[bool, str]]) -> Part:
    try:
        is_ok, says = look()
    except DatabaseError:  # Its table is not there before it is migrated.
        is_ok, says = False, "cannot be told: the database refuses the question"
    return Part(name=name, is_ok=is_ok, says=says)


def _migrations() -> tuple[bool, str]:
    missing = _missing_migrations()
    says = f"{missing} not applied: run manage.py migrate" if missing else "all applied"
    return not missing, says


def _missing_migrations() -> int:
    """Count them; it takes a tenth of a second, so no more once this process has all of its own."""
    if not _all_applied.is_set():
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return len(missing)
        _all_applied.set()
    return 0


_all_applied = threading.Event()


def _broker() -> tuple[bool, str]:
    try:
        ping()
    except (redis.RedisError, OSError):
        return False, "does not answer; submissions are stored and wait"
    return True, "answers"


def _sweep() -> tuple[bool, str]:
    is_ok = is_sweep_alive()
    return is_ok, "is at work" if is_ok else "has not been heard of; silent workers go unnoticed"


def _workers() -> tuple[bool, str]:
    slots = dict.fromkeys(Run.Lane.values, 0)
    for worker in workers():
        if worker.is_alive and worker.process.lane:
            slots[worker.process.lane] += worker.process.slots
    counted = ", ".join(f"{lane}: {count} slots" for lane, count in slots.items())
    missing = [lane for lane, count in slots.items() if not count]
    says = f"none serves {' and '.join(missing)}: what is handed in there waits"
    return not missing, says if missing else counted


def _queue() -> tuple[bool, str]:
    if is_stalled():
        return False, "runs are open and nobody has taken one for a minute"
    return True, "moves"


LOOKS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("migrations", _migrations),
    ("broker", _broker),
    ("sweep", _sweep),
    ("workers", _workers),
    ("queue", _queue),
)
