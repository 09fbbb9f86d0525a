import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grader.models import Run, Try
from tests.grader.examples import large_columns, queued

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("model", ["exercise", "revision", "submission", "run", "try"])
def test_lists_need_the_same_queries_for_any_number_of_rows(
    model: str,
    count: int,
    admin_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for student in range(count):
        Try.objects.create(run=queued(f"student{student}"), number=1, worker="w1")
    extra = {"exercise": 0, "revision": 1, "submission": 1, "run": 1, "try": 0}[
        model
    ]  # The filter's names.

    with django_assert_num_queries(5 + extra):
        page = admin_client.get(reverse(f"admin:grader_{model}_changelist"))

    assert page.status_code == 200


@pytest.mark.parametrize("model", ["exercise", "revision", "submission", "run", "try"])
def test_lists_leave_large_columns_in_the_database(model: str, admin_client: Client) -> None:
    run = queued()
    Try.objects.create(run=run, number=1, worker="w1")
    run.submission.revision.exercise.published = run.submission.revision
    run.submission.revision.exercise.save()

    with CaptureQueriesContext(connection) as asked:
        page = admin_client.get(reverse(f"admin:grader_{model}_changelist"))

    assert (page.status_code, large_columns(asked)) == (200, set())


def test_runs_are_shown_and_not_changed(admin_client: Client) -> None:
    run = queued()

    page = admin_client.get(reverse("admin:grader_run_change", args=[run.pk]))

    assert page.status_code == 200
    assert b"_save" not in page.content


def test_grade_again_queues_a_regrade(admin_client: Client, woken: list[str]) -> None:
    run = queued(state=Run.State.CANCELLED)

    admin_client.post(
        reverse("admin:grader_run_changelist"),
        {"action": "grade_again", "_selected_action": [run.pk]},
    )

    assert list(run.submission.runs.values_list("reason", "state")) == [
        ("regrade", "queued"),
        ("first", "cancelled"),
    ]


def test_cancel_ends_what_is_open(admin_client: Client, announced: list[int]) -> None:
    waiting, over = queued("ada"), queued("bob", state=Run.State.CANCELLED)

    page = admin_client.post(
        reverse("admin:grader_run_changelist"),
        {"action": "cancel_runs", "_selected_action": [waiting.pk, over.pk]},
        follow=True,
    )

    waiting.refresh_from_db()
    assert (waiting.state, waiting.cause) == ("cancelled", "Cancelled by admin.")
    assert b"Cancelled: 1." in page.content
