import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from grader import health
from grader.health import Part, parts
from grader.models import Process
from tests.grader.examples import process, queued

pytestmark = pytest.mark.django_db

SOUND = {
    "database": Part(name="database", is_ok=True, says="answers"),
    "migrations": Part(name="migrations", is_ok=True, says="all applied"),
    "broker": Part(name="broker", is_ok=True, says="answers"),
    "sweep": Part(name="sweep", is_ok=True, says="is at work"),
    "workers": Part(name="workers", is_ok=True, says="interactive: 2 slots, regrade: 1 slots"),
    "queue": Part(name="queue", is_ok=True, says="moves"),
}


class Away:
    """A database that nobody reaches."""

    def cursor(self) -> None:
        raise OperationalError("could not connect to db.example as ada")


def fail_with(error: Exception) -> Callable[[], bool]:
    def fail() -> bool:
        raise error

    return fail


@pytest.fixture(autouse=True)
def sound_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every part be there, and nothing be known of earlier looks."""
    monkeypatch.setattr(health, "ping", lambda: None)
    monkeypatch.setattr(health, "_all_applied", threading.Event())
    process("worker@one", slots=2)
    process("regrade@one", slots=1, lane="regrade")
    process("sweep@one", kind="sweep")


def unwell() -> list[Part]:
    """Return what differs from a sound site."""
    return [part for part in parts() if part != SOUND[part.name]]


def test_every_part_of_a_sound_site_is_ok() -> None:
    assert parts() == list(SOUND.values())


def test_missing_migrations_are_counted() -> None:
    MigrationRecorder.Migration.objects.filter(app="courses", name="0001_initial").delete()

    says = "1 not applied: run manage.py migrate"
    assert unwell() == [Part(name="migrations", is_ok=False, says=says)]


def test_migrations_are_not_looked_for_once_all_are_applied() -> None:
    parts()
    MigrationRecorder.Migration.objects.all().delete()

    assert unwell() == []


@pytest.mark.parametrize("trouble", [redis.ConnectionError("refused"), OSError("no socket")])
def test_a_broker_that_is_away_is_told(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ping", fail_with(trouble))

    says = "does not answer; submissions are stored and wait"
    assert unwell() == [Part(name="broker", is_ok=False, says=says)]


def test_a_silent_sweep_is_told() -> None:
    Process.objects.filter(kind="sweep").delete()

    says = "has not been heard of; silent workers go unnoticed"
    assert unwell() == [Part(name="sweep", is_ok=False, says=says)]


@pytest.mark.parametrize(
    ("silent", "missing"),
    [
        (["interactive"], "interactive"),
        (["regrade"], "regrade"),
        (["interactive", "regrade"], "interactive and regrade"),
    ],
)
def test_a_lane_whose_workers_are_silent_is_told(silent: list[str], missing: str) -> None:
    long_ago = timezone.now() - timedelta(minutes=1)
    Process.objects.filter(kind="worker", lane__in=silent).update(seen_at=long_ago)

    says = f"none serves {missing}: what is handed in there waits"
    assert unwell() == [Part(name="workers", is_ok=False, says=says)]


def test_slots_are_summed_up_by_lane() -> None:
    process("worker@two", slots=3)
    process("other@two", slots=8, lane="")

    says = "interactive: 5 slots, regrade: 1 slots"
    assert unwell() == [Part(name="workers", is_ok=True, says=says)]


def test_a_queue_that_stands_still_is_told() -> None:
    queued(queued_at=timezone.now() - timedelta(minutes=2))

    says = "runs are open and nobody has taken one for a minute"
    assert unwell() == [Part(name="queue", is_ok=False, says=says)]


def test_without_a_database_only_the_broker_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "connection", Away())

    assert parts() == [
        Part(name="database", is_ok=False, says="does not answer"),
        SOUND["broker"],
    ]


def test_a_database_without_the_tables_is_no_trouble_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_table = OperationalError("no such table: grader_process")
    monkeypatch.setattr(health, "is_sweep_alive", fail_with(no_table))

    says = "cannot be told: the database refuses the question"
    assert unwell() == [Part(name="sweep", is_ok=False, says=says)]
