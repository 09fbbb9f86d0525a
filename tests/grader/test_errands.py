import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

from grader.errands import MOST_WAITING, run_soon

PATIENCE_S = 10
# A fork copies the lock as it is, and the thread not at all.
FORKS = """
import os, signal, sys, threading
from grader import errands

def is_run():
    done = threading.Event()
    errands.run_soon("wake", done.set)
    return done.wait(10)

assert is_run()
errands._waiting["wake"] = errands.MOST_WAITING
errands._lock.acquire()
child = os.fork()
if not child:
    signal.alarm(20)
    os._exit(0 if is_run() else 3)
errands._lock.release()
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.fixture
def hold_up() -> Callable[[], threading.Event]:
    """Keep the thread for errands busy until the event that is returned is set."""

    def hold_up() -> threading.Event:
        begun, go_on = threading.Event(), threading.Event()

        def stay() -> None:
            begun.set()
            go_on.wait(PATIENCE_S)

        run_soon("hold up", stay)
        assert begun.wait(PATIENCE_S)
        return go_on

    return hold_up


def wait_for_all() -> None:
    """Wait until what was asked for so far is done: there is one thread."""
    done = threading.Event()
    run_soon("the last", done.set)
    assert done.wait(PATIENCE_S)


def test_an_errand_runs_in_a_thread_of_its_own() -> None:
    names: list[str] = []

    run_soon("wake", lambda: names.append(threading.current_thread().name))
    wait_for_all()

    assert names == ["errands_0"]


def test_nobody_waits_for_an_errand(hold_up: Callable[[], threading.Event]) -> None:
    done: list[str] = []

    go_on = hold_up()
    run_soon("wake", partial(done.append, "woken"))
    before = list(done)
    go_on.set()
    wait_for_all()

    assert (before, done) == ([], ["woken"])


def test_a_failure_is_logged_and_the_next_errand_runs(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    run_soon("wake", lambda: 1 / 0)
    run_soon("wake", partial(done.append, "woken"))
    wait_for_all()

    assert [record.getMessage() for record in caplog.records] == ["The errand 'wake' failed"]
    assert "ZeroDivisionError" in caplog.text
    assert done == ["woken"]


def test_what_is_too_much_of_one_name_is_dropped(hold_up: Callable[[], threading.Event]) -> None:
    done: list[object] = []

    go_on = hold_up()
    for number in range(MOST_WAITING + 3):
        run_soon("wake", partial(done.append, number))
    run_soon("announce", partial(done.append, "told"))
    go_on.set()
    wait_for_all()

    assert done == [*range(MOST_WAITING), "told"]


def test_errands_are_taken_again_once_there_is_room(
    hold_up: Callable[[], threading.Event],
) -> None:
    done: list[int] = []

    for _ in range(2):
        go_on = hold_up()
        for number in range(MOST_WAITING):
            run_soon("wake", partial(done.append, number))
        go_on.set()
    wait_for_all()

    assert done == [*range(MOST_WAITING)] * 2


def test_errands_run_after_a_fork() -> None:
    forking = subprocess.run([sys.executable, "-c", FORKS], check=False, timeout=60)

    assert forking.returncode == 0
