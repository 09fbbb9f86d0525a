from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from grader import artefacts, queries
from grader.models import Run
from iomodels import report as reports
from iomodels.record import Outcome
from tests.grader.examples import examined, queued, silence
from tests.iomodels.figures.samples import select_loop

pytestmark = pytest.mark.django_db

INTERACTIVE, REGRADE = Run.Lane.INTERACTIVE, Run.Lane.REGRADE


def claim(lane: str = INTERACTIVE, *, worker: str = "w1") -> Run:
    run = queries.claim(lane, worker)
    assert run is not None
    return run


def test_claim_takes_the_run_with_a_lease_and_a_new_fence() -> None:
    run = queued()

    claimed = claim()

    assert (claimed.pk, claimed.state, claimed.fence, claimed.tries, claimed.worker) == (
        (run.pk, Run.State.RUNNING, 1, 1, "w1")
    )
    assert list(claimed.claims.values_list("number", "worker", "ending")) == [(1, "w1", "")]
    assert queries.claim(INTERACTIVE, "w2") is None


def test_claim_goes_round_robin_between_students() -> None:
    flood = [queued("flooder") for _ in range(20)]
    ada, bob = queued("ada"), queued("bob")

    order = [claim().pk for _ in range(6)]

    assert order == [flood[0].pk, ada.pk, bob.pk, *(run.pk for run in flood[1:4])]


def test_claim_counts_runs_of_a_student_that_are_over_no_more() -> None:
    first = queued("flooder")
    queries.record_result(claim(), examined())
    second = queued("flooder")
    queued("ada")

    assert first.pk < claim().pk == second.pk


def test_claim_prefers_the_interactive_lane() -> None:
    again = queued("ada", reason=Run.Reason.REGRADE, lane=REGRADE)
    first = queued("bob")

    assert [claim(REGRADE).pk, claim(REGRADE).pk] == [first.pk, again.pk]


def test_claim_in_the_interactive_lane_leaves_regrades_alone() -> None:
    queued(reason=Run.Reason.REGRADE, lane=REGRADE)

    assert queries.claim(INTERACTIVE, "w1") is None
    assert not queries.has_open(INTERACTIVE)
    assert queries.has_open(REGRADE)


def test_claim_is_repeated_when_its_worker_is_silent() -> None:
    queued()
    first = claim(worker="w1")
    silence(first)

    second = claim(worker="w2")

    assert (second.pk, second.fence, second.tries) == (first.pk, 2, 2)
    assert list(second.claims.values_list("number", "worker", "ending", "cause")) == [
        (1, "w1", "silent", "The worker w1 fell silent in try 1 of 3."),
        (2, "w2", "", ""),
    ]


def test_take_back_leaves_a_run_whose_holder_has_renewed() -> None:
    queued()
    run = claim()
    seen = Run.objects.get(pk=run.pk)
    queries.renew(run)

    assert not queries.take_back(seen)
    assert queries.is_held(run)


def test_take_back_breaks_what_lost_three_workers() -> None:
    run = queued()
    for _ in range(queries.MAX_TRIES):
        silence(claim(worker="w7"))

    run.refresh_from_db()
    assert queries.claim(INTERACTIVE, "w8") is None
    assert (run.state, run.cause) == ("broken", "The worker w7 fell silent in try 3 of 3.")


def test_renew_is_for_the_holder_only() -> None:
    queued()
    first = claim()
    silence(first)
    second = claim()

    assert not queries.renew(first)
    assert queries.renew(second)
    assert (queries.is_held(first), queries.is_held(second)) == (False, True)


def test_hand_back_costs_no_try() -> None:
    queued()
    run = claim()

    assert queries.hand_back(run)

    again = claim(worker="w2")
    assert (again.pk, again.tries, again.fence) == (run.pk, 1, 2)
    assert list(run.claims.values_list("ending", flat=True)) == ["handed back", ""]
    assert not queries.hand_back(run)


def test_cancel_ends_an_open_run_and_its_try() -> None:
    queued()
    run = claim()

    assert queries.cancel(run, "Cancelled by ada.")
    assert not queries.cancel(run, "Cancelled by bob.")

    run.refresh_from_db()
    assert (run.state, run.cause) == ("cancelled", "Cancelled by ada.")
    assert list(run.claims.values_list("ending", flat=True)) == ["cancelled"]
    assert not queries.record_result(run, examined())


def test_cancel_of_a_waiting_run_leaves_one_that_runs() -> None:
    queued()
    run = claim()

    assert not queries.cancel(run, "Replaced by attempt 2.", states=(Run.State.QUEUED,))
    assert queries.is_held(run)


def test_a_run_keeps_the_place_that_it_has_taken() -> None:
    first, second = queued("ada"), queued("bob")
    newer = queued("ada", stands_for=first.pk, turn=first.turn)
    queries.cancel(first, "Replaced by attempt 2.")

    assert [claim().pk, claim().pk] == [newer.pk, second.pk]


def test_record_result_finishes_the_run() -> None:
    queued()
    run = claim()

    assert queries.record_result(run, examined())

    run.refresh_from_db()
    assert (run.state, run.outcome, run.points, run.out_of) == ("finished", "passed", 100, 100)
    assert run.report == reports.as_json(examined().report) | {"scenarios": []}
    assert run.evidence.record == {"scenarios": [], "seed": 1, "compilation": None}
    assert list(run.claims.values_list("ending", flat=True)) == ["recorded"]


def test_record_result_keeps_each_scenarios_ledger() -> None:
    queued()
    run = claim()

    queries.record_result(run, replace(examined(), ledgers=(None, select_loop())))

    found = [artefacts.ledger_of(run, scenario=number) for number in range(4)]
    assert found == [None, None, select_loop(), None]


def test_record_result_drops_a_late_one() -> None:
    queued()
    late = claim()
    silence(late)
    in_time = claim()

    assert queries.record_result(in_time, examined(Outcome.PASSED))
    assert not queries.record_result(late, examined(Outcome.FAILED))

    late.refresh_from_db()
    assert (late.outcome, late.fence) == ("passed", 2)
    assert list(late.claims.values_list("ending", "is_late")) == [
        ("silent", False),
        ("recorded", False),
    ]


def test_note_late_marks_the_very_claim_that_was_silent() -> None:
    queued()
    late = claim()
    silence(late)
    again = claim()
    silence(again)

    queries.note_late(late)

    assert list(late.claims.values_list("ending", "is_late")) == [
        ("silent", True),
        ("silent", False),
    ]


@pytest.mark.parametrize(
    ("end", "ending"),
    [
        (lambda _: None, ""),
        (lambda run: queries.record_result(run, examined()), "recorded"),
        (lambda run: queries.give_back(run, "the driver ended"), "trouble"),
        (queries.hand_back, "handed back"),
        (lambda run: queries.cancel(run, "Cancelled by ada."), "cancelled"),
    ],
)
def test_note_late_is_for_silent_claims_alone(end: Callable[[Run], object], ending: str) -> None:
    queued()
    run = claim()
    end(run)

    queries.note_late(run)

    assert list(run.claims.values_list("ending", "is_late")) == [(ending, False)]


def test_record_result_asked_again_says_that_it_is_done() -> None:
    queued()
    run = claim()

    assert queries.record_result(run, examined(Outcome.PASSED))
    assert queries.record_result(run, examined(Outcome.FAILED))

    run.refresh_from_db()
    assert run.outcome == "passed"


def test_record_result_stores_what_a_database_cannot() -> None:
    queued()
    run = claim()

    queries.record_result(run, examined(output="a\0b\udc80c"))

    run.refresh_from_db()
    assert (run.report or {})["output"] == "a\ufffdb?c"


def test_record_result_repeats_an_undecided_run_once() -> None:
    queued(turn=7)
    first = claim()
    queries.record_result(first, examined(Outcome.UNDECIDED))
    second = claim()
    queries.record_result(second, examined(Outcome.UNDECIDED))

    assert (second.submission, second.reason, second.turn) == (first.submission, "repeat", 7)
    assert queries.claim(INTERACTIVE, "w1") is None


def test_late_undecided_result_repeats_nothing() -> None:
    queued()
    late = claim()
    silence(late)
    queries.record_result(claim(), examined())

    queries.record_result(late, examined(Outcome.UNDECIDED))

    assert Run.objects.count() == 1


def test_record_progress_is_for_the_holder_only() -> None:
    queued()
    late = claim()
    silence(late)
    holder = claim()

    assert queries.record_progress(holder, [{"name": "One", "outcome": "running"}])
    assert not queries.record_progress(late, [{"name": "One", "outcome": "failed"}])

    holder.refresh_from_db()
    assert holder.progress == [{"name": "One", "outcome": "running"}]


def test_give_back_pauses_and_after_three_tries_breaks() -> None:
    run = queued()
    seen = []
    for _ in range(queries.MAX_TRIES):
        queries.give_back(claim(), "GraderError: the driver ended")
        run.refresh_from_db()
        seen.append((run.state, run.not_before is not None and run.not_before > timezone.now()))
        assert queries.claim(INTERACTIVE, "w1") is None
        Run.objects.filter(pk=run.pk).update(not_before=None)

    assert seen == [("queued", True), ("queued", True), ("broken", False)]
    assert run.cause == "GraderError: the driver ended"
    assert run.outcome is None


def test_a_pause_that_no_pause_can_be_is_not_waited_for() -> None:
    queued(not_before=timezone.now() + timedelta(seconds=50))
    stepped = queued(not_before=timezone.now() + timedelta(hours=1))

    assert claim().pk == stepped.pk
    assert not queries.has_open(INTERACTIVE)
