"""Rounds in which everybody who waits is served once, whatever the number of workers."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from grader import queries
from grader.models import Run
from grader.turns import next_turn
from tests.grader.examples import examined, queued

INTERACTIVE, REGRADE = Run.Lane.INTERACTIVE, Run.Lane.REGRADE


def serve() -> str:
    """Let a worker grade the next run; return whose it was."""
    run = queries.claim(INTERACTIVE, "w1")
    assert run is not None
    queries.record_result(run, examined())
    return str(run.submission.submitter)


@pytest.mark.django_db
def test_one_worker_serves_a_flood_and_a_newcomer_in_turn() -> None:
    for _ in range(5):
        queued("flooder")
    served = [serve(), serve()]
    queued("ada")

    served += [serve() for _ in range(4)]

    assert served == ["flooder", "flooder", "ada", "flooder", "flooder", "flooder"]


@pytest.mark.django_db
def test_a_newcomer_comes_before_a_flood_of_which_a_run_is_graded() -> None:
    for _ in range(5):
        queued("flooder")
    for _ in range(3):
        queries.claim(INTERACTIVE, "w1")
    queued("ada")

    assert serve() == "ada"


@pytest.mark.django_db
def test_second_runs_stand_behind_everybodys_first() -> None:
    for student in ("ada", "ada", "bob", "bob", "eve"):
        queued(student)

    assert [serve() for _ in range(5)] == ["ada", "bob", "eve", "ada", "bob"]


@pytest.mark.django_db
def test_who_has_nothing_open_comes_in_the_round_that_is_served() -> None:
    queued("flooder", turn=41)
    serve()
    ada = queued("ada")

    assert ada.turn == 41
    assert next_turn(ada.submission.submitter_id, INTERACTIVE) == 42
    assert next_turn(ada.submission.submitter_id, REGRADE) == 0


class Rounds(TransactionTestCase):
    """Whatever comes, nobody waits for more of another student's runs than there are rounds to go.

    That is one for whoever has none open. Behind k open runs of one's own it is k + 2: one more,
    because another one's own may have ended in the round that is being served.
    """

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.sampled_from(["ada", "bob", "eve", "take", "finish"]), max_size=40))
    def test_nobody_is_passed_over(self, events: list[str]) -> None:
        held: list[Run] = []
        served: dict[int, Counter[str]] = {}
        rounds: dict[int, int] = {}

        for event in [*events, *["take"] * len(events)]:
            if event == "take" and (run := queries.claim(INTERACTIVE, "w1")):
                held.append(run)
                student = str(run.submission.submitter)
                others = served.pop(run.pk)
                del others[student]
                assert max(others.values(), default=0) <= rounds[run.pk]
                for counter in served.values():
                    counter[student] += 1
            elif event == "finish" and held:
                queries.record_result(held.pop(0), examined())
            elif event not in {"take", "finish"}:
                mine = Run.objects.filter(submission__submitter__username=event)
                count = mine.filter(state__in=Run.OPEN_STATES).count()
                run = queued(event)
                served[run.pk], rounds[run.pk] = Counter(), count + 2 if count else 1
