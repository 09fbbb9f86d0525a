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


def test_a_running_run_that_is_taken_back_is_gone_with_its_sandbox(site: Site) -> None:
    [ada] = site.students(1)
    attempt = ada.submit(SLOW, exercise="patience")
    until(lambda: bool(site.pids("driver")), within_s=60, what="it is being graded")
    run, *_ = site.run_of(attempt)
    family = descendants(holder(site.run_of(attempt))) - {holder(site.run_of(attempt))}

    assert ada.cancel(run) == 302

    # By itself it would be there for forty seconds.
    until(lambda: not any(map(is_alive, family)), within_s=15, what="its sandbox is gone")
    assert _endings(site, run) == ["cancelled"]
    assert ada.cancel(run) == 302, "It is over, and that changes nothing."
    assert site.run_of(attempt)[1:3] == ("cancelled", None)
    status, page = ada.get(f"/attempts/{attempt}/")
    assert (status, "It does not count." in page) == (200, True)


def test_a_waiting_run_that_is_taken_back_is_never_begun(site: Site) -> None:
    ada, bob = site.students(2)
    held = [bob.submit(SLOW, exercise="patience") for _ in range(2)]
    until(lambda: all(map(site.is_running, held)), within_s=60, what="no slot is free")
    attempt = ada.submit(RIGHT)
    run, *_ = site.run_of(attempt)

    assert ada.cancel(run) == 302
    for other in held:
        bob.cancel(site.run_of(other)[0])

    assert (site.run_of(attempt)[1:3], _endings(site, run)) == (("cancelled", None), [])
