"""Claims, renewals, lost leases and results in any order: a run is finished once, by its holder."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from grader import queries
from grader.models import Run, Try
from iomodels.record import Outcome
from tests.grader.examples import examined, queued, silence

OUTCOMES = st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED])


class Queue(RuleBasedStateMachine):
    """Workers that may at any time be slow, dead, or back from the dead."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        Run.objects.all().delete()
        self.holder: dict[int, int] = {}  # The fence under which a run is held, as it should be.
        self.recorded: dict[int, int] = {}  # The fence under which a run was finished.
        self.results: Counter[int] = Counter()

    @rule(student=st.sampled_from("abc"), lane=st.sampled_from(Run.Lane.values))
    def submit(self, student: str, lane: str) -> None:
        queued(student, lane=lane)

    @rule(target=claims, lane=st.sampled_from(Run.Lane.values))
    def claim(self, lane: str) -> object:
        is_promised = queries.has_open(lane)
        run = queries.claim(lane, "worker")
        assert is_promised == (run is not None)
        if run is None:
            return multiple()
        assert run.pk not in self.holder
        self.holder[run.pk] = run.fence
        return run

    @rule(run=claims)
    def lose(self, run: Run) -> None:
        if self.holder.pop(run.pk, None) is not None:
            silence(run)

    @rule(run=claims)
    def renew(self, run: Run) -> None:
        is_held = queries.renew(run)

        assert is_held == queries.is_held(run) == (self.holder.get(run.pk) == run.fence)

    @rule(run=claims, outcome=OUTCOMES)
    def finish(self, run: Run, outcome: Outcome) -> None:
        is_stored = queries.record_result(run, examined(outcome))

        is_held = self.holder.get(run.pk) == run.fence
        assert is_stored == (is_held or self.recorded.get(run.pk) == run.fence)
        if is_held:
            del self.holder[run.pk]
            self.recorded[run.pk] = run.fence
            self.results[run.pk] += 1

    @rule(run=consumes(claims))
    def give_back(self, run: Run) -> None:
        is_held = self.holder.get(run.pk) == run.fence
        assert queries.give_back(run, "trouble") == is_held
        if is_held:
            del self.holder[run.pk]
            Run.objects.filter(pk=run.pk).update(not_before=None)

    @rule(run=consumes(claims))
    def hand_back(self, run: Run) -> None:
        assert queries.hand_back(run) == self._let_go(run)

    def _let_go(self, run: Run) -> bool:
        if self.holder.get(run.pk) != run.fence:
            return False
        del self.holder[run.pk]
        return True

    @rule(run=claims)
    def cancel(self, run: Run) -> None:
        if queries.cancel(run, "Cancelled by ada."):
            self.holder.pop(run.pk, None)

    @invariant()
    def holders_are_running(self) -> None:
        held = Run.objects.filter(pk__in=self.holder).values_list("pk", "state", "fence")
        assert set(held) == {(pk, "running", fence) for pk, fence in self.holder.items()}

    @invariant()
    def nothing_is_finished_twice(self) -> None:
        finished = Run.objects.filter(state=Run.State.FINISHED).values_list("pk", flat=True)
        assert self.results == Counter(finished)

    @invariant()
    def every_claim_has_one_try(self) -> None:
        tries = Try.objects.values_list("run", "number", "ending")
        fences = dict(Run.objects.values_list("pk", "fence"))
        assert Counter(pk for pk, _, _ in tries) == Counter(fences)
        assert {pk for pk, _, ending in tries if not ending} == set(self.holder)
        assert {(pk, number) for pk, number, ending in tries if ending == "recorded"} == set(
            self.recorded.items()
        )

    @invariant()
    def nothing_is_tried_without_end(self) -> None:
        assert not Run.objects.filter(tries__gt=queries.MAX_TRIES).exists()

    @invariant()
    def undecided_runs_are_repeated_once(self) -> None:
        undecided = Run.objects.filter(outcome=Outcome.UNDECIDED, reason=Run.Reason.FIRST)
        repeats = Run.objects.filter(reason=Run.Reason.REPEAT)
        assert sorted(repeats.values_list("submission", flat=True)) == sorted(
            undecided.values_list("submission", flat=True)
        )


@pytest.mark.django_db
def test_queue_in_any_order() -> None:
    run_state_machine_as_test(
        Queue, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
