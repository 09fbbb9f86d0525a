"""Each fault in mid-grading: every submission gets one verdict, and the right one."""

import os
import signal
from collections.abc import Callable

import pytest

from tests.end_to_end.faults.audit import audit
from tests.end_to_end.faults.site import KEPT, Site
from tests.end_to_end.faults.work import ALL_GRADED, Work
from tests.end_to_end.processes import until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]


@pytest.fixture
def work(site: Site) -> Work:
    return Work(site)


def _kill_part(part: str) -> Callable[[Work], None]:
    def kill(work: Work) -> None:
        os.kill(work.site.pid_of(part), signal.SIGKILL)

    return kill


def _kill_holder(work: Work) -> None:
    os.kill(work.holder(), signal.SIGKILL)


def _flush(work: Work) -> None:
    work.site.broker().flushall()


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        pytest.param(_kill_part("worker"), "silent", id="kill the worker"),
        pytest.param(_kill_holder, "silent", id="kill who holds the run"),
        pytest.param(_kill_part("driver"), "trouble", id="kill the driver"),
        pytest.param(_kill_part("broker"), None, id="kill the broker"),
        pytest.param(_kill_part("sweep"), None, id="kill the sweep"),
        pytest.param(_kill_part("web"), None, id="kill the web server"),
        pytest.param(_flush, None, id="flush the broker"),
    ],
)
def test_everything_is_graded_once_whatever_is_killed(
    fault: Callable[[Work], None], ending: str | None, work: Work
) -> None:
    fault(work)

    assert work.finish() == ALL_GRADED
    # The fault has hit a run if it is one that does, and none if it is not.
    seen = {how for attempt in work.handed_in for how, _ in work.endings(attempt)}
    assert seen == {"recorded", *([ending] if ending else [])}


def test_a_late_result_is_dropped(work: Work) -> None:
    pid = work.holder()
    os.kill(pid, signal.SIGSTOP)
    try:
        assert work.finish() == ALL_GRADED
    finally:
        os.kill(pid, signal.SIGCONT)

    came_back = [("silent", True), ("recorded", False)]
    until(lambda: work.endings(work.slow) == came_back, within_s=60, what="it comes back too late")
    assert audit(work.site.database, work.handed_in) == ALL_GRADED


def test_a_result_is_kept_while_the_database_is_away(work: Work) -> None:
    said = work.site.log().count(KEPT)
    give_back = work.site.database.take_away()
    try:
        # Who writes to SQLite waits for its lock for 20 s: a scenario's tick, then the result.
        until(lambda: work.site.log().count(KEPT) > said, within_s=120, what="a result is kept")
    finally:
        give_back()

    assert work.finish() == ALL_GRADED
    assert work.endings(work.slow) == [("recorded", False)]
