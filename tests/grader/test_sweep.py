import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from grader import queries, sweep, tasks
from grader.leases import Leases, looks_of_a_lease
from grader.models import Process, Run
from tests.grader.examples import queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_broker(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Pretend that so many messages lie in each lane."""
    counts: dict[str, int] = {}
    monkeypatch.setattr(sweep, "waiting", lambda lane: counts.get(lane, 0))
    return counts


def test_sweep_wakes_for_runs_that_nobody_was_woken_for(
    woken: list[str], in_broker: dict[str, int]
) -> None:
    for _ in range(3):
        queued()
    queued(reason=Run.Reason.REGRADE, lane=Run.Lane.REGRADE)
    in_broker["interactive"] = 1

    assert sweep.sweep(Leases()) == 3
    assert sorted(woken) == ["interactive", "interactive", "regrade"]


def test_sweep_wakes_nobody_when_messages_lie_in_the_broker(
    woken: list[str], in_broker: dict[str, int]
) -> None:
    queued()
    in_broker["interactive"] = 5

    assert (sweep.sweep(Leases()), woken) == (0, [])


def test_sweep_sends_no_more_than_enough(woken: list[str], in_broker: dict[str, int]) -> None:
    for _ in range(sweep.ENOUGH + 1):
        queued()

    assert sweep.sweep(Leases()) == sweep.ENOUGH


def test_sweep_takes_back_from_a_silent_worker_after_a_lease_of_looks(
    woken: list[str], announced: list[int], in_broker: dict[str, int]
) -> None:
    run = queued()
    queries.claim("interactive", "w1")
    leases = Leases()

    sent = [sweep.sweep(leases) for _ in range(looks_of_a_lease())]

    run.refresh_from_db()
    assert sent == [0] * (looks_of_a_lease() - 1) + [1]
    assert (run.state, announced, woken) == (Run.State.QUEUED, [run.pk], ["interactive"])


def test_sweep_leaves_a_run_whose_worker_renews(
    woken: list[str], announced: list[int], in_broker: dict[str, int]
) -> None:
    queued()
    run = queries.claim("interactive", "w1")
    assert run is not None
    leases = Leases()

    for number in range(3 * looks_of_a_lease()):
        if number % (looks_of_a_lease() - 1) == 0:
            assert queries.renew(run)
        sweep.sweep(leases)

    assert (queries.is_held(run), woken) == (True, [])


@pytest.mark.django_db(transaction=True)
def test_a_look_counts_only_while_the_database_can_be_written_to(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, in_broker: dict[str, int]
) -> None:
    settings.GRADER_SWEEP_SECONDS = 0.001
    settings.GRADER_LEASE_SECONDS = 0.001
    stop = threading.Event()
    queued()
    run = queries.claim("interactive", "w1")
    assert run is not None
    rounds = iter(range(3 * looks_of_a_lease()))

    def be_locked(_: Process) -> None:
        if next(rounds, None) is None:
            stop.set()
        raise OperationalError("database is locked")

    monkeypatch.setattr(sweep, "note", be_locked)
    sweep.sweep_until(stop)

    assert queries.is_held(run)


@pytest.mark.django_db(transaction=True)
def test_sweep_survives_trouble(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GRADER_SWEEP_SECONDS = 0.001
    stop = threading.Event()
    troubles = iter([OperationalError("no database"), tasks.BROKER_TROUBLE[0]("no broker")])

    def fail(_: Leases) -> int:
        trouble = next(troubles, None)
        if trouble is None:
            stop.set()
            return 0
        raise trouble

    monkeypatch.setattr(sweep, "sweep", fail)
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)

    sweep.sweep_until(stop)

    assert [record.getMessage().split(": ")[-1] for record in caplog.records] == [
        "no database",
        "no broker",
    ]


def test_alarm_rings_when_nobody_claims(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queued(queued_at=timezone.now() - timedelta(minutes=2))
    alarm = sweep.Alarm()

    alarm.look()
    silent = caplog.text
    alarm.rang_at -= sweep.RING_EVERY_S
    alarm.look()

    assert silent == ""
    assert "Runs are open and no worker has claimed one for a minute." in caplog.text
