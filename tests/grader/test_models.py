from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from grader.models import Process, Revision, Run, Try
from tests.grader.examples import FILES, process, queued, revision

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "finished"}, "grader_run_no_outcome_unless_finished"),
        ({"outcome": "passed"}, "grader_run_no_outcome_unless_finished"),
        (
            {"state": "finished", "outcome": "passed"},
            "grader_run_no_outcome_without_report",
        ),
    ],
)
def test_database_refuses_nonsense(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        queued(**values)


def test_database_refuses_second_first_run() -> None:
    run = queued(state=Run.State.CANCELLED)

    with pytest.raises(IntegrityError):
        Run.objects.create(submission=run.submission)


def test_database_refuses_two_open_runs() -> None:
    run = queued()

    with pytest.raises(IntegrityError):
        Run.objects.create(submission=run.submission, reason=Run.Reason.REGRADE)


def test_database_refuses_a_second_recorded_try() -> None:
    run, now = queued(), timezone.now()
    over = {"worker": "w1", "ended_at": now, "ending": Try.Ending.RECORDED}
    Try.objects.create(run=run, number=1, **over)

    with pytest.raises(IntegrityError):
        Try.objects.create(run=run, number=2, **over)


@pytest.mark.parametrize("values", [{"ending": "silent"}, {"ended_at": timezone.now()}])
def test_database_refuses_half_an_end(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="grader_try_no_end_without_ending"):
        Try.objects.create(run=queued(), number=1, worker="w1", **values)


def test_revision_is_immutable() -> None:
    stored = revision()

    with pytest.raises(TypeError, match=r"Echo \(revision 1\) is immutable"):
        stored.save()


def test_digest_of_files_ignores_their_order() -> None:
    backwards = dict(reversed(FILES.items()))

    assert Revision.digest_of(backwards) == Revision.digest_of(FILES)


def test_definition_parses_the_files() -> None:
    definition = revision().definition()

    assert [(one.name, one.points) for one in definition.scenarios] == [
        ("A line comes back", 40),
        ("The server rests", 60),
    ]


def test_open_is_what_may_be_claimed() -> None:
    now = timezone.now()
    soon, ago = now + timedelta(seconds=9), now - timedelta(seconds=9)
    due = [
        queued(),
        queued(not_before=ago),
        queued(not_before=now + timedelta(hours=1)),  # A clock was set back.
    ]
    queued(not_before=soon)
    queued(state=Run.State.RUNNING)
    queued(state=Run.State.BROKEN)

    assert set(Run.objects.open(now)) == set(due)


def test_processes_are_ordered_by_kind_lane_and_name() -> None:
    process("a-regrade@one", lane="regrade")
    process("worker@two")
    process("worker@one")
    process("a-sweep@one", kind="sweep", lane="")

    assert [one.name for one in Process.objects.all()] == [
        "a-sweep@one",
        "worker@one",
        "worker@two",
        "a-regrade@one",
    ]
