"""Databases that are older than the code: what was graded before is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from grader.models import Evidence, Run
from tests.grader.examples import FILES, queued

RECORD = {"scenarios": [], "seed": 7, "compilation": None}
BEFORE, AFTER = "0001_initial", "0003_remove_run_record"

Migrate = Callable[[str], Any]


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Migrate]:
    """Bring the grader's tables to a state, and give the models of then; the newest at last."""

    def migrate(name: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([("grader", name)])
        return executor.loader.project_state([("grader", name)]).apps

    yield migrate
    newest = MigrationExecutor(connection)
    newest.migrate(newest.loader.graph.leaf_nodes("grader"))


def old_runs(apps: Any, *records: Any) -> list[int]:
    """Store runs as they were before there was evidence; None: it is still queued."""
    models = {name: apps.get_model("grader", name) for name in ("Exercise", "Submission", "Run")}
    student = apps.get_model("auth", "User").objects.create(username="ada")
    exercise = models["Exercise"].objects.create(slug="echo", title="Echo")
    revision = exercise.revisions.create(number=1, files=FILES, digest="0" * 64)
    found = []
    for record in records:
        submission = models["Submission"].objects.create(
            revision=revision, submitter=student, program="print()"
        )
        columns = {"state": "finished", "outcome": "passed", "report": {}, "points": 1, "out_of": 1}
        run = submission.runs.create(record=record, **(columns if record else {}))
        found.append(run.pk)
    return found


def test_records_move_into_evidence(migrate: Migrate) -> None:
    graded, _ = old_runs(migrate(BEFORE), RECORD, None)

    migrate(AFTER)

    assert list(Evidence.objects.values_list("run", "record", "ledgers")) == [(graded, RECORD, [])]
    assert Run.objects.count() == 2


def test_records_move_back_with_the_code(migrate: Migrate) -> None:
    run = queued()
    done = queued(
        state="finished", outcome="passed", report={}, points=1, out_of=1,
        finished_at=timezone.now(),
    )  # fmt: skip
    Evidence.objects.create(run=done, record=RECORD, ledgers=["packed"])

    apps = migrate(BEFORE)

    records = apps.get_model("grader", "Run").objects.order_by("pk").values_list("pk", "record")
    assert list(records) == [(run.pk, None), (done.pk, RECORD)]
