from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from grader.models import Revision, Run
from tests.grader.examples import FILES, queued, revision

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "finished"}, "grader_run_no_outcome_unless_finished"),
        ({"outcome": "passed"}, "grader_run_no_outcome_unless_finished"),
        ({"state": "running"}, "grader_run_no_lease_unless_running"),
        ({"lease_until": timezone.now()}, "grader_run_no_lease_unless_running"),
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
        queued(state=Run.State.RUNNING, lease_until=ago),
    ]
    queued(not_before=soon)
    queued(state=Run.State.RUNNING, lease_until=soon)
    queued(state=Run.State.BROKEN)

    assert set(Run.objects.open(now)) == set(due)
