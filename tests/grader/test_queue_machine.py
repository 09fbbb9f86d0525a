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
from grader.models import Run
from iomodels.record import Outcome
from tests.grader.examples import examined, expire, queued

OUTCOMES = st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED])


class Queue(RuleBasedStateMachine):
    """Workers that may at any time be slow, dead, or back from the dead."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        Run.objects.all().delete()
        self.holder: dict[int, int] = {}  # The fence under which a run is held, as it should be.
        self.latest: dict[int, int] = {}  # The fence of its latest claim, lost or not.
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
        self.holder[run.pk] = self.latest[run.pk] = run.fence
        return run

    @rule(run=claims)
    def lose(self, run: Run) -> None:
        if self.holder.pop(run.pk, None) is not None:
            expire(run)

    @rule(run=claims)
    def renew(self, run: Run) -> None:
        is_held = queries.renew(run)

        if is_held:  # Perhaps again: its lease had ended, and nobody else has come.
            assert run.fence == self.latest[run.pk]
            self.holder[run.pk] = run.fence
        else:
            assert self.holder.get(run.pk) != run.fence

    @rule(run=claims, outcome=OUTCOMES)
    def finish(self, run: Run, outcome: Outcome) -> None:
        is_stored = queries.record_result(run, examined(outcome))

        if self.holder.get(run.pk) == run.fence:
            assert is_stored
        if is_stored:
            assert run.fence == self.latest[run.pk]
            self.holder.pop(run.pk, None)
            self.results[run.pk] += 1

    @rule(run=consumes(claims))
    def give_back(self, run: Run) -> None:
        if queries.give_back(run, "trouble"):
            assert run.fence == self.latest[run.pk]
            self.holder.pop(run.pk, None)
            Run.objects.filter(pk=run.pk).update(not_before=None)

    @rule()
    def break_hopeless(self) -> None:
        assert not set(queries.break_hopeless()) & set(self.holder)

    @invariant()
    def holders_are_running(self) -> None:
        held = Run.objects.filter(pk__in=self.holder).values_list("pk", "state", "fence")
        assert set(held) == {(pk, "running", fence) for pk, fence in self.holder.items()}

    @invariant()
    def nothing_is_finished_twice(self) -> None:
        finished = Run.objects.filter(state=Run.State.FINISHED).values_list("pk", flat=True)
        assert self.results == Counter(finished)

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
