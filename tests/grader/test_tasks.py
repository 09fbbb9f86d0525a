from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import worker_ready
from django.db import OperationalError

from grader import grading, presence, tasks
from grader.announcements import announce
from grader.models import Process
from grader.presence import Presence


class Consumer:
    """What Celery says is ready: it has a worker, and can be a key."""

    def __init__(self, worker: Any) -> None:
        self.controller = worker


def test_wake_without_a_broker_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    assert not tasks.wake("interactive")
    assert "No worker was woken for the interactive lane" in caplog.text


def test_waiting_without_a_broker_raises_what_the_sweep_expects() -> None:
    with pytest.raises(tasks.BROKER_TROUBLE):
        tasks.waiting("interactive")


def test_announce_without_a_broker_is_logged_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    announce(7)

    assert "Run 7 changed, and nobody could be told" in caplog.text


@pytest.mark.parametrize("lanes", [["regrade"], []])
def test_grade_next_wakes_for_what_is_left(
    lanes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("grader.grading.grade_next", lambda *_, **__: bool(lanes))
    monkeypatch.setattr(tasks, "wake", woken.append)

    tasks.grade_next("regrade")

    assert woken == lanes


def test_a_wake_up_while_the_database_is_away_comes_to_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise OperationalError("no database")

    monkeypatch.setattr("grader.grading.grade_next", fail)

    tasks.grade_next("interactive")

    assert "This wake-up came to nothing, the sweep will send another: no database" in caplog.text


def test_a_worker_that_finds_its_broker_again_tells_of_itself_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[Presence] = []

    def begin(told: Presence) -> None:
        begun.append(told)

    queues = SimpleNamespace(consume_from={"regrade": None})
    app = SimpleNamespace(amqp=SimpleNamespace(queues=queues))
    worker: Any = SimpleNamespace(hostname="regrade@one", concurrency=1, app=app)
    monkeypatch.setattr(tasks, "_presences", {})
    monkeypatch.setattr(grading.isolation, "is_sound", lambda: True)
    monkeypatch.setattr(presence, "disconnect", lambda: None)
    monkeypatch.setattr(Presence, "begin", begin)

    for _ in range(2):
        worker_ready.send(sender=Consumer(worker))

    assert len(begun) == 1
    told = begun[0].process
    assert (told.name, told.kind, told.lane, told.slots) == (
        ("regrade@one", Process.Kind.WORKER, "regrade", 1)
    )
