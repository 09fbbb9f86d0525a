"""Attempts that take the place of those which still wait, and what counts as an attempt."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from courses.attempts import hand_in, plan, waiting
from courses.models import Attempt
from grader.models import Run
from tests.courses.examples import School

ADDRESS = "/courses/io/multiplexing/echo/"


@pytest.fixture(autouse=True)
def without_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wake nobody and tell nobody."""
    monkeypatch.setattr("grader.submissions.wake", lambda _: True)
    monkeypatch.setattr("grader.submissions.announce", lambda _: None)


@pytest.fixture
def replace(school: School) -> Callable[[], Run]:
    """Hand in what replaces the student's attempts that wait; return its run."""

    def replace() -> Run:
        newer = hand_in(school.assignment, student=school.student, program="pass", replaces=True)
        return run_of(newer)

    return replace


def run_of(attempt: Attempt) -> Run:
    return attempt.submission.runs.get()


def seen(*runs: Run) -> list[tuple[str, str, int | None]]:
    return [
        (run.state, run.cause, run.stands_for)
        for run in Run.objects.filter(pk__in=[run.pk for run in runs]).order_by("pk")
    ]


def test_a_replacement_takes_the_place_of_what_waits(
    make_attempt: Callable[..., Attempt], replace: Callable[[], Run]
) -> None:
    first, second = run_of(make_attempt()), run_of(make_attempt())

    newer = replace()

    assert seen(first, second, newer) == [
        ("cancelled", "Replaced by attempt 3.", None),
        ("cancelled", "Replaced by attempt 3.", None),
        ("queued", "", first.pk),
    ]


def test_a_replacement_of_a_replacement_keeps_the_first_place(
    make_attempt: Callable[..., Attempt], replace: Callable[[], Run]
) -> None:
    first = run_of(make_attempt())
    replace()

    newer = replace()

    assert newer.stands_for == first.pk


def test_a_replacement_takes_the_best_place_even_if_a_newer_attempt_has_it(
    make_attempt: Callable[..., Attempt], replace: Callable[[], Run]
) -> None:
    replaced = run_of(make_attempt(state=Run.State.CANCELLED))
    given_back = run_of(make_attempt())
    nearest = run_of(make_attempt(stands_for=replaced.pk))

    newer = replace()

    assert [one[0] for one in seen(given_back, nearest)] == ["cancelled", "cancelled"]
    assert newer.stands_for == replaced.pk


def test_a_replacement_of_nothing_waits_at_the_end(
    make_attempt: Callable[..., Attempt], replace: Callable[[], Run]
) -> None:
    running = run_of(make_attempt(state=Run.State.RUNNING))

    newer = replace()

    assert seen(running, newer) == [("running", "", None), ("queued", "", None)]


def test_without_replacing_both_attempts_wait(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    first = run_of(make_attempt())

    newer = run_of(hand_in(school.assignment, student=school.student, program="pass\n"))

    assert seen(first, newer) == [("queued", "", None), ("queued", "", None)]


def test_waiting_are_ones_own_queued_runs_newest_first(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    runs = [run_of(make_attempt()) for _ in range(2)]
    make_attempt(student=school.other_student)
    for columns in ({"state": "running"}, {"state": "cancelled"}, {"reason": "regrade"}):
        make_attempt(**columns)

    assert list(waiting(school.assignment, student=school.student)) == runs[::-1]


def test_waiting_has_nothing_of_another_assignment(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    make_attempt()
    other = school.lesson.assignments.create(
        exercise=school.assignment.exercise, slug="again", points=1
    )

    assert not waiting(other, student=school.student).exists()


@pytest.mark.parametrize(
    ("sent", "states"),
    [({"replaces": "on"}, ["cancelled", "queued"]), ({}, ["queued", "queued"])],
)
def test_the_form_replaces_if_it_is_asked_to(
    sent: dict[str, str],
    states: list[str],
    school: School,
    client: Client,
    make_attempt: Callable[..., Attempt],
) -> None:
    make_attempt()
    client.force_login(school.student)

    client.post(ADDRESS, {"program": "pass\n", **sent})

    assert [run.state for run in Run.objects.order_by("pk")] == states


@pytest.mark.parametrize(
    ("attempts", "offer"),
    [(1, "Replace attempt 1, still waiting"), (2, "Replace my 2 attempts, still waiting")],
)
def test_the_form_offers_to_replace_what_waits(
    attempts: int,
    offer: str,
    school: School,
    client: Client,
    make_attempt: Callable[..., Attempt],
) -> None:
    for _ in range(attempts):
        make_attempt()
    client.force_login(school.student)

    assert offer in client.get(ADDRESS).content.decode()


def test_the_form_offers_nothing_if_nothing_waits(
    school: School, client: Client, make_attempt: Callable[..., Attempt]
) -> None:
    make_attempt(state=Run.State.RUNNING)
    client.force_login(school.student)

    assert 'name="replaces"' not in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("columns", "tries"),
    [
        ({"state": "queued"}, 1),
        ({"state": "running"}, 1),
        ({"state": "cancelled"}, 0),
        ({"state": "broken"}, 0),
    ],
)
def test_an_attempt_counts_unless_it_came_to_nothing(
    columns: dict[str, str], tries: int, school: School, make_attempt: Callable[..., Attempt]
) -> None:
    make_attempt(**columns)

    [(_, [(_, effort)])] = plan([school.lesson], student=school.student)

    assert effort is not None
    assert effort.tries == tries


@pytest.mark.parametrize(("outcome", "tries"), [("passed", 1), ("failed", 1), ("undecided", 0)])
def test_an_attempt_counts_if_it_was_decided(
    outcome: str,
    tries: int,
    school: School,
    make_attempt: Callable[..., Attempt],
    passed_report: dict[str, Any],
) -> None:
    make_attempt(report=passed_report | {"outcome": outcome})

    [(_, [(_, effort)])] = plan([school.lesson], student=school.student)

    assert effort is not None
    assert effort.tries == tries


def test_an_attempt_with_several_decided_runs_counts_once(
    school: School, make_attempt: Callable[..., Attempt], passed_report: dict[str, Any]
) -> None:
    submission = make_attempt(report=passed_report).submission
    submission.runs.create(reason=Run.Reason.REGRADE)

    [(_, [(_, effort)])] = plan([school.lesson], student=school.student)

    assert effort is not None
    assert effort.tries == 1
