from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grader import places
from grader.models import Run
from grader.places import Board, Place, look, place_of
from tests.grader.examples import finished, process, queued

pytestmark = pytest.mark.django_db


def board(*, before: int = 0, slots: int = 2, seconds_each: float | None = 2.5) -> Board:
    return Board(before={7: before}, slots=slots, seconds_each=seconds_each)


@pytest.mark.parametrize(
    ("seen", "place"),
    [
        (board(), Place(before=0, seconds=3, is_paused=False)),
        (board(before=3), Place(before=3, seconds=5, is_paused=False)),
        (board(before=4), Place(before=4, seconds=8, is_paused=False)),
        (board(before=4, slots=5), Place(before=4, seconds=3, is_paused=False)),
        (board(before=4, slots=0), Place(before=4, seconds=None, is_paused=True)),
        (board(before=4, seconds_each=None), Place(before=4, seconds=None, is_paused=False)),
    ],
)
def test_a_place_is_estimated_from_slots_and_recent_runs(seen: Board, place: Place) -> None:
    assert seen.place(7) == place


def test_look_orders_as_claims_are_made() -> None:
    flood = [queued("flooder") for _ in range(3)]
    regrade = queued("ada", reason=Run.Reason.REGRADE, lane=Run.Lane.REGRADE)
    ada = queued("ada")
    queued("bob", state=Run.State.RUNNING)

    order = [flood[0], ada, flood[1], flood[2], regrade]
    assert look().before == {run.pk: before for before, run in enumerate(order)}


def test_look_counts_the_slots_of_living_workers() -> None:
    process("worker@one", slots=2)
    process("worker@two", slots=3)
    process("worker@three", slots=8, silent_s=60)
    process("sweep@one", kind="sweep", lane="")

    assert look().slots == 5


def test_look_takes_the_median_of_the_latest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "ESTIMATED_FROM", 3)
    for minutes, took_s in enumerate([1, 30, 2, 100, 100, 100]):
        finished(took_s=took_s, finished_at=timezone.now() - timedelta(minutes=minutes))

    assert look().seconds_each == 2


@pytest.mark.parametrize(("took", "seconds_each"), [([], None), ([-5.0], 0.0)])
def test_look_estimates_nothing_from_nothing(took: list[float], seconds_each: float | None) -> None:
    for took_s in took:
        finished(took_s=took_s)

    assert look().seconds_each == seconds_each


def test_without_workers_a_place_is_paused() -> None:
    queued()
    finished()

    assert place_of(queued("bob")) == Place(before=1, seconds=None, is_paused=True)


def test_pages_share_one_look(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(places, "SHARED_FOR_S", 3600)
    runs = [queued(name) for name in ("ada", "bob", "eve")]

    with django_assert_num_queries(3):  # The queue, the workers, the latest runs.
        seen = [place_of(run).before for run in runs]

    assert seen == [0, 1, 2]


@pytest.mark.parametrize(("shared_for_s", "before"), [(3600, 1), (-1, 0)])
def test_a_look_is_shared_until_it_is_old(
    shared_for_s: float, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHARED_FOR_S", shared_for_s)
    first, second = queued("ada"), queued("bob")

    place_of(second)
    first.delete()

    assert place_of(second).before == before


def test_a_run_that_the_shared_look_does_not_know_makes_it_look_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "SHARED_FOR_S", 3600)
    place_of(queued("ada"))

    assert place_of(queued("bob")).before == 1
