"""A worker that is asked to end, and a run that is taken back: nothing is left, nothing is lost."""

import os
import signal

import pytest

from tests.end_to_end.faults.site import Site, holder
from tests.end_to_end.faults.students import RIGHT, SLOW
from tests.end_to_end.processes import descendants, is_alive, until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]


def _endings(site: Site, run: int) -> list[str]:
    rows = site.database.rows(f"SELECT ending FROM grader_try WHERE run_id = {run} ORDER BY number")
    return [ending for (ending,) in rows]


def test_a_worker_that_is_asked_to_end_finishes_what_it_has(site: Site) -> None:
    [ada] = site.students(1)
    attempt = ada.submit(RIGHT)
    until(lambda: site.run_of(attempt)[1] != "queued", within_s=60, what="it is being graded")

    os.kill(site.pid_of("worker"), signal.SIGTERM)

    until(lambda: site.is_over(attempt), within_s=60, what="it is graded")
    run, state, outcome, _ = site.run_of(attempt)
    tries = site.database.rows(f"SELECT tries FROM grader_run WHERE id = {run}")
    assert (state, outcome, tries) == ("finished", "passed", [(1,)])
    assert set(_endings(site, run)) <= {"handed back", "recorded"}, "Its worker was not heeded."
    until(site.is_at_work, within_s=60, what="the worker was started again")


def test_a_worker_that_is_asked_to_end_hands_back_what_takes_too_long(site: Site) -> None:
    [ada] = site.students(1)
    attempt = ada.submit(SLOW)
    until(lambda: site.is_running(attempt), within_s=60, what="it is being graded")
    run, *_ = site.run_of(attempt)
    family = descendants(holder(site.run_of(attempt)))

    os.kill(site.pid_of("worker"), signal.SIGTERM)
    until(lambda: _endings(site, run)[:1] == ["handed back"], within_s=60, what="handed back")

    until(lambda: not any(map(is_alive, family)), within_s=60, what="nothing of it is left")
    until(lambda: site.is_over(attempt), within_s=120, what="another worker has graded it")
    tries = site.database.rows(f"SELECT tries, outcome FROM grader_run WHERE id = {run}")
    assert (_endings(site, run), tries) == (["handed back", "recorded"], [(1, "failed")])


@pytest.mark.parametrize("program", [SLOW, RIGHT], ids=["running", "waiting"])
def test_a_run_that_is_taken_back_is_gone_with_its_sandbox(site: Site, program: str) -> None:
    ada, bob = site.students(2)
    others = [bob.submit(SLOW) for _ in range(2)] if program == RIGHT else []
    attempt = ada.submit(program)
    if program == SLOW:
        until(lambda: site.is_running(attempt), within_s=60, what="it is being graded")
    run, *_ = site.run_of(attempt)
    drivers = site.pids("driver")

    assert ada.cancel(run) == 302
    assert [bob.cancel(site.run_of(other)[0]) for other in others] == [302] * len(others)

    until(lambda: not any(map(is_alive, drivers)), within_s=60, what="the sandboxes are gone")
    assert site.run_of(attempt)[1:3] == ("cancelled", None)
    assert ada.cancel(run) == 302, "It is over, and that changes nothing."
    status, page = ada.get(f"/attempts/{attempt}/")
    assert (status, "It does not count." in page) == (200, True)
