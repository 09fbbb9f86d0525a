"""One student floods the queue; whoever comes after waits for no more than is being graded."""

import pytest

from tests.end_to_end.faults.audit import CLEAN, Audit
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.students import RIGHT
from tests.end_to_end.faults.surge import surge
from tests.end_to_end.processes import until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

FLOOD = 100
STUDENTS, EACH = 12, 5


def test_a_flood_of_one_student_delays_nobody(site: Site) -> None:
    flooder, ada = site.students(2)
    flood = [flooder.submit(RIGHT) for _ in range(FLOOD)]

    attempt = ada.submit(RIGHT)
    until(lambda: site.run_of(attempt)[1] != "queued", within_s=60, what="Ada's is being graded")

    run, *_ = site.run_of(attempt)
    [(slots,)] = site.database.rows("SELECT sum(slots) FROM grader_process")
    [(before,)] = site.database.rows(
        "SELECT count(*) FROM grader_try t, grader_run r, grader_try mine "
        f"WHERE r.id = {run} AND mine.run_id = r.id AND t.id < mine.id "
        "AND (t.ended_at IS NULL OR t.ended_at > r.queued_at)"
    )
    [(waiting,)] = site.database.rows("SELECT count(*) FROM grader_run WHERE state = 'queued'")
    assert before <= slots
    assert waiting > FLOOD / 2, "The flood was over before it could delay anybody."
    for one in flood:
        flooder.cancel(site.run_of(one)[0])
    until(lambda: all(map(site.is_over, [*flood, attempt])), within_s=60, what="it is over")
    states = {site.run_of(one)[1:3] for one in flood}
    assert states == {("finished", "passed"), ("cancelled", None)}


def test_a_surge_is_taken_at_once_and_graded_in_turn(site: Site) -> None:
    seen = surge(site, students=STUDENTS, each=EACH, within_s=240)

    everything = STUDENTS * EACH
    assert seen.audit == Audit(submitted=everything, graded=everything, **CLEAN)
    assert [a for a in seen.answers if not (a.has_place and a.has_estimate)] == []
    assert seen.passed_over == 0
