import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoCaptureOnCommitCallbacks

from grader import submissions
from grader.models import Run
from tests.grader.examples import queued, revision

pytestmark = pytest.mark.django_db


def test_submit_stores_and_wakes_after_the_commit(
    woken: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ada = User.objects.create(username="ada")

    with django_capture_on_commit_callbacks() as callbacks:
        stored = submissions.submit(revision(), submitter=ada, program="print()")
    before = list(woken)
    for callback in callbacks:
        callback()

    assert (before, woken) == ([], ["interactive"])
    assert list(stored.runs.values_list("reason", "lane", "state")) == [
        ("first", "interactive", "queued")
    ]


def test_submit_gives_each_run_of_a_student_a_turn_of_its_own(woken: list[str]) -> None:
    ada, bob = (User.objects.create(username=name) for name in ("ada", "bob"))

    stored = [
        submissions.submit(revision(), submitter=student, program="print()")
        for student in (ada, ada, bob)
    ]

    assert [one.runs.get().turn for one in stored] == [0, 1, 0]


def test_regrade_has_a_turn_in_its_own_lane(woken: list[str]) -> None:
    graded = [queued(state=Run.State.CANCELLED) for _ in range(2)]
    queued(turn=7)

    assert [submissions.regrade(run.submission).turn for run in graded] == [0, 1]


def test_regrade_queues_behind_everybody_who_waits(
    woken: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    graded = queued(state=Run.State.CANCELLED)

    with django_capture_on_commit_callbacks(execute=True):
        run = submissions.regrade(graded.submission)

    assert (run.reason, run.lane, run.state) == ("regrade", "regrade", "queued")
    assert woken == ["regrade"]


def test_regrade_returns_the_run_that_is_already_open(woken: list[str]) -> None:
    waiting = queued()

    assert submissions.regrade(waiting.submission) == waiting


def test_cancel_ends_an_open_run_once(
    announced: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run = queued()

    with django_capture_on_commit_callbacks(execute=True):
        answers = [submissions.cancel(run, by=run.submission.submitter) for _ in range(2)]

    run.refresh_from_db()
    assert (answers, run.state, announced) == ([True, False], Run.State.CANCELLED, [run.pk])


def test_replace_gives_the_place_of_a_waiting_run_to_a_newer_one(
    announced: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, second, third = queued(turn=7), queued(turn=8), queued(turn=9)

    with django_capture_on_commit_callbacks(execute=True):
        answers = [
            submissions.replace(first, second, cause="Replaced by attempt 2."),
            submissions.replace(second, third, cause="Replaced by attempt 3."),
            submissions.replace(first, third, cause="Replaced by attempt 3."),
        ]

    for run in (first, second, third):
        run.refresh_from_db()
    assert (answers, announced) == ([True, True, False], [first.pk, second.pk])
    assert [(one.state, one.cause, one.stands_for, one.turn) for one in (first, second, third)] == [
        ("cancelled", "Replaced by attempt 2.", None, 7),
        ("cancelled", "Replaced by attempt 3.", first.pk, 7),
        ("queued", "", first.pk, 7),
    ]
