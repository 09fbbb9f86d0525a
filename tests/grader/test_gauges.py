from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grader import gauges, queries
from grader.gauges import LaneLength, Minute, Worker
from grader.models import Run, Try
from tests.grader.examples import examined, finished, process, queued, silence

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 30, 40, tzinfo=UTC)


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock at NOW."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def ago(**values: float) -> datetime:
    return NOW - timedelta(**values)


def claim(worker: str) -> Run:
    run = queries.claim("interactive", worker)
    assert run is not None
    return run


def test_lanes_count_what_is_open() -> None:
    queued("ada", queued_at=ago(minutes=1))
    queued("bob", queued_at=ago(minutes=2))
    queued("eve", queued_at=ago(minutes=3), state=Run.State.RUNNING)
    queued("kim", queued_at=ago(minutes=4), state=Run.State.CANCELLED)

    assert gauges.lanes() == [
        LaneLength(lane="interactive", queued=2, running=1, queued_since=ago(minutes=2)),
        LaneLength(lane="regrade", queued=0, running=0, queued_since=None),
    ]


def test_a_lane_is_labelled_in_words() -> None:
    assert [lane.label for lane in gauges.lanes()] == ["somebody is waiting", "nobody is waiting"]


def test_workers_come_with_the_runs_that_they_hold() -> None:
    one, two = process("worker@one", slots=2), process("worker@two", slots=1)
    first, second, third = (queued(name, worker="") for name in ("ada", "bob", "eve"))
    for worker in ("worker@one:7", "worker@one:8", "worker@two:9"):
        claim(worker)

    found = gauges.workers()

    assert found == [
        Worker(process=one, is_alive=True, runs=[first, second]),
        Worker(process=two, is_alive=True, runs=[third]),
    ]


def test_a_silent_worker_is_listed_as_dead() -> None:
    process("sweep@one", kind="sweep")
    dead = process(silent_s=60)

    assert gauges.workers() == [Worker(process=dead, is_alive=False, runs=[])]


@pytest.mark.parametrize(("held", "free"), [(0, 2), (1, 1), (3, 0)])
def test_a_worker_has_free_slots(held: int, free: int) -> None:
    worker = Worker(process=process(slots=2), is_alive=True, runs=[Run()] * held)

    assert worker.free == free


@pytest.mark.parametrize("rows", [1, 3])
def test_workers_are_asked_for_as_often_for_many(
    rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        process(f"worker@{number}")
        queued(f"student-{number}")
        claim(f"worker@{number}:7")

    with django_assert_num_queries(2):  # The runs, the workers.
        told = [
            str(run.submission.revision.exercise) for one in gauges.workers() for run in one.runs
        ]

    assert told == ["Echo"] * rows


@pytest.mark.parametrize(("silent_s", "is_alive"), [(0, True), (15, True), (60, False)])
def test_the_sweep_is_alive_while_it_is_heard_of(silent_s: float, *, is_alive: bool) -> None:
    process("worker@one")
    process("sweep@one", kind="sweep", silent_s=silent_s)

    assert gauges.is_sweep_alive() is is_alive


@pytest.mark.usefixtures("at_noon")
def test_throughput_has_every_minute_and_the_empty_ones() -> None:
    for seconds in (5, 40, 41, 160, 161):
        finished(finished_at=ago(seconds=seconds))

    assert gauges.throughput(minutes=3) == [
        Minute(began_at=datetime(2026, 3, 1, 12, 28, tzinfo=UTC), finished=1),
        Minute(began_at=datetime(2026, 3, 1, 12, 29, tzinfo=UTC), finished=1),
        Minute(began_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC), finished=2),
    ]


@pytest.mark.usefixtures("at_noon")
def test_throughput_is_that_of_the_last_hour() -> None:
    queued(state=Run.State.CANCELLED, finished_at=NOW)

    found = gauges.throughput()

    assert {minute.finished for minute in found} == {0}
    assert (len(found), found[0].began_at) == (60, datetime(2026, 3, 1, 11, 31, tzinfo=UTC))


def test_broken_returns_the_latest_first() -> None:
    queued(state=Run.State.CANCELLED, finished_at=NOW)
    runs = [queued(state=Run.State.BROKEN, finished_at=ago(hours=hours)) for hours in (3, 1, 2)]

    assert gauges.broken() == [runs[1], runs[2], runs[0]]
    assert gauges.broken(most=1) == [runs[1]]


@pytest.mark.parametrize(
    ("state", "is_listed"),
    [("finished", False), ("broken", True), ("cancelled", True), ("running", True)],
)
def test_broken_leaves_out_what_was_graded_since(state: str, *, is_listed: bool) -> None:
    broken = queued("ada", state=Run.State.BROKEN, finished_at=ago(hours=1))
    finished("ada")  # Another submission of hers.
    result = {"outcome": "passed", "report": {}, "points": 1, "out_of": 1}
    values = result if state == "finished" else {}
    broken.submission.runs.create(reason=Run.Reason.REGRADE, state=state, **values)

    assert (broken in gauges.broken()) is is_listed


def test_broken_lists_what_was_graded_before() -> None:
    graded = finished()
    broken = graded.submission.runs.create(reason=Run.Reason.REGRADE, state=Run.State.BROKEN)

    assert gauges.broken() == [broken]


def handed_back() -> None:
    queries.hand_back(claim("w"))


def in_trouble() -> None:
    queries.give_back(claim("w"), "the driver ended")


def cancelled() -> None:
    queries.cancel(claim("w"), "Cancelled by ada.")


def late() -> None:
    run = claim("w")
    silence(run)
    queries.note_late(run)


def recorded() -> None:
    queries.record_result(claim("w"), examined())


@pytest.mark.parametrize(
    ("end", "counted"),
    [
        (recorded, {"recorded": 1}),
        (in_trouble, {"trouble": 1}),
        (handed_back, {"handed back": 1}),
        (cancelled, {"cancelled": 1}),
        (late, {"silent": 1, "late": 1}),
    ],
)
def test_endings_count_what_became_of_tries(
    end: Callable[[], None], counted: dict[str, int]
) -> None:
    queued("ada")
    end()
    queued("bob")
    claim("w")

    none = dict.fromkeys(("recorded", "trouble", "handed back", "silent", "cancelled", "late"), 0)
    assert gauges.endings() == none | counted


def test_endings_can_be_those_of_late() -> None:
    queued()
    late()
    now = timezone.now()

    today, tomorrow = (gauges.endings(since=now + timedelta(days=days)) for days in (-1, 1))

    assert (today["silent"], today["late"]) == (1, 1)
    assert set(tomorrow.values()) == {0}


@pytest.mark.parametrize(
    ("queued_s", "claimed_s", "is_stalled"),
    [
        (61, None, True),
        (61, 61, True),
        (61, 59, False),
        (59, None, False),
    ],
)
@pytest.mark.usefixtures("at_noon")
def test_the_queue_is_stalled_when_nobody_takes_what_is_open(
    queued_s: float, claimed_s: float | None, *, is_stalled: bool
) -> None:
    queued(queued_at=ago(seconds=queued_s))
    if claimed_s is not None:
        run = queued("bob", state=Run.State.RUNNING)
        Try.objects.create(run=run, number=1, worker="w1", began_at=ago(seconds=claimed_s))

    assert gauges.is_stalled() is is_stalled


@pytest.mark.usefixtures("at_noon")
def test_the_queue_is_not_stalled_by_a_run_that_pauses() -> None:
    queued(queued_at=ago(hours=1), not_before=NOW + timedelta(seconds=5))

    assert not gauges.is_stalled()
