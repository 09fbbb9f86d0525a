from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grader import places, queries
from grader.models import Run
from grader.places import Pace, Place, look, place_of
from tests.grader.examples import finished, process, queued

pytestmark = pytest.mark.django_db


def pace(*, slots: int = 2, seconds_each: float | None = 2.5) -> Pace:
    return Pace(slots=slots, seconds_each=seconds_each)


@pytest.mark.parametrize(
    ("seen", "before", "place"),
    [
        (pace(), 0, Place(before=0, seconds=3, is_paused=False)),
        (pace(), 3, Place(before=3, seconds=5, is_paused=False)),
        (pace(), 4, Place(before=4, seconds=8, is_paused=False)),
        (pace(slots=5), 4, Place(before=4, seconds=3, is_paused=False)),
        (pace(slots=0), 4, Place(before=4, seconds=None, is_paused=True)),
        (pace(seconds_each=None), 4, Place(before=4, seconds=None, is_paused=False)),
    ],
)
def test_a_place_is_estimated_from_slots_and_recent_runs(
    seen: Pace, before: int, place: Place
) -> None:
    assert seen.place(before) == place


def test_places_are_the_order_in_which_claims_are_made() -> None:
    flood = [queued("flooder") for _ in range(3)]
    regrade = queued("ada", reason=Run.Reason.REGRADE, lane=Run.Lane.REGRADE)
    ada = queued("ada")
    replacing = queued("flooder", stands_for=flood[0].pk, turn=0)
    queries.cancel(flood[0], "Replaced by attempt 4.")
    queued("eve", state=Run.State.RUNNING)

    order = [replacing, ada, flood[1], flood[2], regrade]
    told = [place_of(run).before for run in order]
    claimed = [queries.claim(Run.Lane.REGRADE, "w1") for _ in order]

    assert told == [0, 1, 2, 3, 4]
    assert claimed == order


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

    with django_assert_num_queries(5):  # Workers and latest runs once, and each place.
        seen = [place_of(run).before for run in runs]

    assert seen == [0, 1, 2]


@pytest.mark.parametrize(("shared_for_s", "slots"), [(3600, 0), (-1, 2)])
def test_a_look_is_shared_until_it_is_old(
    shared_for_s: float, slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHARED_FOR_S", shared_for_s)
    shared = places.SharedPace()

    shared.pace()
    process(slots=2)

    assert shared.pace().slots == slots
