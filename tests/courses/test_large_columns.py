"""What a page reads of the columns that can hold a hundred kilobytes and more."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import Attempt
from tests.courses import examples
from tests.courses.examples import School
from tests.grader.examples import large_columns
from tests.iomodels.figures.samples import select_loop, sequential

COURSE = "/courses/io/"
# The definition of the exercise, and one attempt to go on from.
EXERCISE = {"revision.files", "submission.program"}
RESULT = {"run.report", "run.progress", "submission.program"}


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("/", set()),
        (COURSE, set()),
        (f"{COURSE}multiplexing/", set()),
        (f"{COURSE}multiplexing/echo/", EXERCISE),
        ("/attempts/{attempt}/", RESULT | {"evidence.ledgers"}),
        ("/attempts/{attempt}/state/", RESULT | {"evidence.ledgers"}),
        ("/attempts/{attempt}/scenarios/1/timeline/", RESULT | {"evidence.ledgers"}),
        ("/attempts/{queued}/", RESULT),
        ("/runs/{run}/", {"run.report", "run.progress", "evidence.ledgers"}),
    ],
)
def test_no_page_reads_a_large_column_that_it_does_not_show(
    address: str,
    needed: set[str],
    school: School,
    client: Client,
    make_attempt: Callable[..., Attempt],
) -> None:
    report = examples.traced(examples.failed_report())
    graded = make_attempt(report=report, ledgers=[select_loop(), sequential()])
    run = graded.submission.runs.get()
    address = address.format(attempt=graded.pk, queued=make_attempt().pk, run=run.pk)
    client.force_login(school.student)

    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200

    assert large_columns(asked) == needed


def test_a_list_of_attempts_reads_none_of_their_large_columns(
    school: School, client: Client, make_attempt: Callable[..., Attempt]
) -> None:
    report = examples.traced(examples.failed_report())
    for _ in range(2):
        make_attempt(report=report, ledgers=[select_loop(), sequential()])
    client.force_login(school.student)

    with CaptureQueriesContext(connection) as asked:
        client.get(f"{COURSE}multiplexing/echo/")

    reading = [query["sql"] for query in asked if '"grader_submission"."program"' in query["sql"]]
    assert len(reading) == 1
    assert "LIMIT" in reading[0]
