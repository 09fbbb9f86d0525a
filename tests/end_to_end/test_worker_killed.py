import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from grader import tasks
from grader.harness.exercise import read_folder
from grader.models import Exercise, Revision, Run
from grader.submissions import submit
from tests.end_to_end.processes import descendants, is_alive, kill, until

pytest_plugins = ["tests.end_to_end.queue_fixtures"]
pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

ECHO = Path(__file__).parents[2] / "iomodels/course/04-multiplexing/echo-select"

Worker = subprocess.Popen[bytes]


def _submit_solution() -> Run:
    files = read_folder(ECHO)
    exercise = Exercise.objects.create(slug="echo", title="Echo")
    revision = Revision.objects.create(
        exercise=exercise, number=1, files=files, digest=Revision.digest_of(files)
    )
    ada = User.objects.create(username="ada")
    return submit(revision, submitter=ada, program=files["solution.py"]).runs.get()


def _is_in_mid_grading(run: Run) -> bool:
    """Tell whether a scenario has passed and others are still to come."""
    run.refresh_from_db()
    outcomes = [scenario["outcome"] for scenario in run.progress]
    return run.state == Run.State.RUNNING and "passed" in outcomes and None in outcomes


def _is_over(run: Run) -> bool:
    run.refresh_from_db()
    return not run.is_open


def _kill_pool_process(_: Worker, run: Run) -> None:
    """Kill who holds the run; its message was acknowledged and is gone."""
    os.kill(int(run.worker.rpartition(":")[2]), signal.SIGKILL)


def _kill_worker(worker: Worker, _: Run) -> None:
    kill(worker)


@pytest.mark.usefixtures("running_sweep")
@pytest.mark.parametrize("murder", [_kill_worker, _kill_pool_process])
def test_submission_is_graded_once_although_its_worker_is_killed(
    murder: Callable[[Worker, Run], None], start_worker: Callable[[], Worker]
) -> None:
    worker = start_worker()
    run = _submit_solution()
    until(lambda: _is_in_mid_grading(run), within_s=30, what="the run is in mid-grading")
    holder = int(run.worker.rpartition(":")[2])
    family = descendants(holder)

    murder(worker, run)
    until(lambda: not any(map(is_alive, family)), within_s=10, what="its sandbox dies with it")
    start_worker()
    until(lambda: _is_over(run), within_s=60, what="another worker has graded it")

    assert (run.state, run.outcome, run.fence, run.tries) == ("finished", "passed", 2, 2), (
        run.report
    )
    assert len(family) > 1
    assert int(run.worker.rpartition(":")[2]) != holder
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("real_broker", "transactional_db")
def test_messages_in_the_broker_are_counted() -> None:
    before = tasks.waiting("interactive")

    tasks.wake("interactive")
    tasks.wake("interactive")

    assert (before, tasks.waiting("interactive"), tasks.waiting("regrade")) == (0, 2, 0)
