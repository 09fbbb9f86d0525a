from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from grader import queries
from grader.models import Run
from iomodels import report as reports
from iomodels.record import Outcome
from tests.grader.examples import examined, expire, queued, submission
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
    assert claimed.lease_until is not None
    assert claimed.lease_until > timezone.now()
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


def test_claim_takes_over_when_the_lease_has_ended() -> None:
    queued()
    first = claim(worker="w1")
    expire(first)

    second = claim(worker="w2")

    assert (second.pk, second.fence, second.tries) == (first.pk, 2, 2)


def test_renew_moves_the_lease_of_the_holder_only() -> None:
    queued()
    first = claim()
    expire(first)
    second = claim()

    assert not queries.renew(first)
    assert queries.renew(second)


def test_record_result_finishes_the_run() -> None:
    queued()
    run = claim()

    assert queries.record_result(run, examined())

    run.refresh_from_db()
    assert (run.state, run.outcome, run.points, run.out_of) == ("finished", "passed", 100, 100)
    assert run.report == reports.as_json(examined().report) | {"scenarios": []}
    assert run.evidence.record == {"scenarios": [], "seed": 1, "compilation": None}
    assert run.lease_until is None


def test_record_result_keeps_each_scenarios_ledger() -> None:
    queued()
    run = claim()

    queries.record_result(run, replace(examined(), ledgers=(None, select_loop())))

    found = [queries.ledger_of(run, scenario=number) for number in range(4)]
    assert found == [None, None, select_loop(), None]


def test_record_result_drops_a_late_one() -> None:
    queued()
    late = claim()
    expire(late)
    in_time = claim()

    assert queries.record_result(in_time, examined(Outcome.PASSED))
    assert not queries.record_result(late, examined(Outcome.FAILED))

    late.refresh_from_db()
    assert (late.outcome, late.fence) == ("passed", 2)


def test_record_result_drops_a_second_one() -> None:
    queued()
    run = claim()

    assert queries.record_result(run, examined(Outcome.PASSED))
    assert not queries.record_result(run, examined(Outcome.FAILED))


def test_record_result_stores_what_a_database_cannot() -> None:
    queued()
    run = claim()

    queries.record_result(run, examined(output="a\0b\udc80c"))

    run.refresh_from_db()
    assert (run.report or {})["output"] == "a\ufffdb?c"


def test_record_result_repeats_an_undecided_run_once() -> None:
    queued()
    first = claim()
    queries.record_result(first, examined(Outcome.UNDECIDED))
    second = claim()
    queries.record_result(second, examined(Outcome.UNDECIDED))

    assert (second.submission, second.reason) == (first.submission, Run.Reason.REPEAT)
    assert queries.claim(INTERACTIVE, "w1") is None


def test_late_undecided_result_repeats_nothing() -> None:
    queued()
    late = claim()
    expire(late)
    queries.record_result(claim(), examined())

    queries.record_result(late, examined(Outcome.UNDECIDED))

    assert Run.objects.count() == 1


def test_record_progress_is_for_the_holder_only() -> None:
    queued()
    late = claim()
    expire(late)
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


def test_break_hopeless_breaks_what_lost_three_workers() -> None:
    run = queued()
    for _ in range(queries.MAX_TRIES):
        assert queries.break_hopeless() == []
        expire(claim(worker="w7"))

    assert queries.claim(INTERACTIVE, "w8") is None
    assert queries.break_hopeless() == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.cause) == (
        Run.State.BROKEN,
        "The worker disappeared in each of 3 tries; the last was w7.",
    )


def test_place_of_follows_the_order_of_claims() -> None:
    flood = [queued("flooder") for _ in range(3)]
    ada = queued("ada")

    places = [queries.place_of(run) for run in (*flood, ada)]

    assert places == [1, 3, 4, 2]
    assert queries.place_of(claim()) == 0


def test_estimate_is_from_recent_runs() -> None:
    now = timezone.now()
    for seconds in (2, 4, 9):
        Run.objects.create(
            submission=submission(),
            state=Run.State.FINISHED,
            outcome=Run.Outcome.PASSED,
            points=1,
            out_of=1,
            report={},
            worker="w1",
            started_at=now - timedelta(seconds=seconds),
            finished_at=now,
        )
    first, second = queued("ada"), queued("bob")

    assert [queries.estimate_seconds(run) for run in (first, second)] == [4, 8]


def test_estimate_is_unknown_at_first() -> None:
    assert queries.estimate_seconds(queued()) is None
