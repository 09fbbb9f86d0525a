from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries

from grader import metrics, queries
from grader.models import Machine, Run
from tests.grader.examples import examined, finished, process, queued, silence

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

Samples = dict[str, float]


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock at NOW."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def claim() -> Run:
    run = queries.claim("interactive", "w1")
    assert run is not None
    return run


def read(name: str) -> Samples:
    """Return the samples of one metric as Prometheus reads them, each under its labels, by name."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    [family] = [one for one in families if one.name == f"iomodels_{name}"]
    return {
        " ".join(label for _, label in sorted(sample.labels.items())): sample.value
        for sample in family.samples
    }


def test_open_runs_are_told_by_lane_and_state() -> None:
    queued("ada")
    queued("bob")
    queued("eve", state=Run.State.RUNNING)
    queued("kim", lane=Run.Lane.REGRADE)

    assert read("runs_open") == {
        "interactive queued": 2,
        "interactive running": 1,
        "regrade queued": 1,
        "regrade running": 0,
    }


def test_the_oldest_wait_is_that_of_a_queued_run() -> None:
    queued("ada", queued_at=NOW - timedelta(seconds=7))
    queued("bob", queued_at=NOW - timedelta(seconds=70.5))
    queued("eve", queued_at=NOW - timedelta(hours=1), state=Run.State.RUNNING)

    assert read("queue_oldest_wait_seconds") == {"interactive": 70.5, "regrade": 0}


def test_a_clock_that_is_behind_makes_no_negative_wait() -> None:
    queued(queued_at=NOW + timedelta(seconds=7))

    assert read("queue_oldest_wait_seconds") == {"interactive": 0, "regrade": 0}


@pytest.mark.parametrize(("waited_s", "value"), [(59, 0), (61, 1)])
def test_a_queue_that_stands_still_is_told(waited_s: float, value: float) -> None:
    queued(queued_at=NOW - timedelta(seconds=waited_s))

    assert read("queue_stalled") == {"": value}


def test_runs_that_are_over_are_counted_by_outcome() -> None:
    for outcome in ("passed", "passed", "failed", "undecided"):
        finished(outcome=outcome)
    queued(state=Run.State.BROKEN)
    queued(state=Run.State.CANCELLED)
    queued()

    assert read("runs") == {
        "passed finished": 2,
        "failed finished": 1,
        "undecided finished": 1,
        " broken": 1,
        " cancelled": 1,
    }


def test_the_time_of_gradings_is_summed_up() -> None:
    finished(took_s=2)
    finished(took_s=0.5)
    queued(state=Run.State.BROKEN, started_at=NOW - timedelta(hours=1), finished_at=NOW)

    text = metrics.exposition().decode()

    assert "iomodels_grading_seconds_count 2.0\n" in text
    assert "iomodels_grading_seconds_sum 2.5\n" in text


def test_tries_are_counted_by_what_became_of_them() -> None:
    queued()
    late = claim()
    silence(late)
    queries.record_result(claim(), examined())
    queries.note_late(late)

    none = {"trouble": 0, "handed back": 0, "cancelled": 0}
    assert read("tries") == none | {"recorded": 1, "silent": 1, "late": 1}


def test_slots_are_those_of_living_workers() -> None:
    process("worker@one", slots=2)
    process("worker@two", slots=3)
    process("worker@three", slots=8, silent_s=60)
    process("regrade@one", slots=1, lane="regrade")

    assert read("worker_slots") == {"interactive": 5, "regrade": 1}


@pytest.mark.parametrize(("silent_s", "value"), [(0, 1), (60, 0)])
def test_the_sweep_is_up_while_it_is_heard_of(silent_s: float, value: float) -> None:
    process("sweep@one", kind="sweep", silent_s=silent_s)

    assert read("sweep_up") == {"": value}


def test_machines_are_sound_or_not() -> None:
    for name, is_sound in (("one", True), ("two", False)):
        Machine.objects.create(name=name, is_sound=is_sound, tested_at=NOW, checks=[])

    assert read("machine_sound") == {"one": 1, "two": 0}


def test_an_empty_site_has_no_runs_and_is_told_all_the_same() -> None:
    text = metrics.exposition().decode()
    names = [family.name for family in text_string_to_metric_families(text)]

    assert "iomodels_grading_seconds_sum 0.0\n" in text
    assert names == [
        "iomodels_runs_open",
        "iomodels_queue_oldest_wait_seconds",
        "iomodels_queue_stalled",
        "iomodels_runs",
        "iomodels_grading_seconds",
        "iomodels_tries",
        "iomodels_worker_slots",
        "iomodels_sweep_up",
        "iomodels_machine_sound",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_metrics_ask_as_often_for_many(
    rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        process(f"worker@{number}")
        finished(f"student-{number}")
        queued(f"student-{number}", state=Run.State.RUNNING, worker=f"worker@{number}:7")

    # Lanes, stalled, runs, their time, tries (2), workers (3), sweep, machines.
    with django_assert_num_queries(10):
        metrics.exposition()
