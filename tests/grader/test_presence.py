import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from grader import presence
from grader.models import Process
from grader.presence import Presence, alive, note
from tests.grader.examples import process

PATIENCE_S = 10


class Watched:
    """Stores the presence as ever, if the database is there; tells that it was tried."""

    def __init__(self, *troubles: Exception) -> None:
        self.is_stored = threading.Event()
        self.connection: BaseDatabaseWrapper | None = None
        self._troubles = iter(troubles)

    def __call__(self, process: Process) -> None:
        self.connection = connections["default"]
        if trouble := next(self._troubles, None):
            raise trouble
        note(process)
        self.is_stored.set()


def worker() -> Process:
    return Process(name="worker@one", kind="worker", machine="one", started_at=timezone.now())


def names() -> list[str]:
    return list(Process.objects.values_list("name", flat=True))


@pytest.mark.django_db
def test_note_stores_that_a_process_is_alive() -> None:
    told = process(silent_s=60)

    note(told)

    assert list(alive(Process.objects.all())) == [told]


@pytest.mark.django_db
def test_note_brings_back_a_process_that_was_forgotten() -> None:
    told = worker()
    note(told)
    Process.objects.all().delete()

    note(told)

    assert names() == ["worker@one"]


@pytest.mark.django_db
def test_note_forgets_who_has_been_silent_for_a_day() -> None:
    process("worker@two", silent_s=timedelta(hours=23).total_seconds())
    process("worker@three", silent_s=timedelta(hours=25).total_seconds())

    note(worker())

    assert names() == ["worker@one", "worker@two"]


@pytest.mark.django_db
def test_alive_are_those_who_missed_three_times_at_most() -> None:
    for silent_s in (0, 15, 25):
        process(f"worker@{silent_s}", silent_s=silent_s)

    assert [one.name for one in alive(Process.objects.all())] == ["worker@0", "worker@15"]


@pytest.mark.django_db(transaction=True)
def test_a_presence_is_in_sight_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    monkeypatch.setattr(presence, "note", watched)
    present = Presence(worker())

    present.begin()
    assert watched.is_stored.wait(PATIENCE_S)
    begun = names()
    present.end()

    assert (begun, names()) == (["worker@one"], [])


@pytest.mark.django_db(transaction=True)
def test_a_presence_survives_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(OperationalError("no database"))
    monkeypatch.setattr(presence, "note", watched)
    monkeypatch.setattr(presence, "TOLD_EVERY_S", 0.001)
    present = Presence(worker())

    present.begin()
    assert watched.is_stored.wait(PATIENCE_S)
    present.end()

    assert [record.getMessage() for record in caplog.records] == [
        "worker@one could not tell that it is alive: no database"
    ]


@pytest.mark.django_db(transaction=True)
def test_a_presence_leaves_no_connection_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched()
    monkeypatch.setattr(presence, "note", watched)
    present = Presence(worker())

    present.begin()
    present.end()

    assert watched.connection is not None
    assert watched.connection.connection is None
