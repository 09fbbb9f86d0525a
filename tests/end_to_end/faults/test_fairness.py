"""One student floods the queue; whoever comes after waits for no more than is being graded."""

import pytest

from tests.end_to_end.faults.audit import CLEAN, Audit, audit
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.students import RIGHT
from tests.end_to_end.processes import until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]

FLOOD = 100


def test_a_flood_of_one_student_delays_nobody(site: Site) -> None:
    flooder, ada = site.students(2)
    flood = {flooder.submit(RIGHT): "passed" for _ in range(FLOOD)}

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
    handed_in = flood | {attempt: "passed"}
    until(lambda: all(map(site.is_over, handed_in)), within_s=240, what="the flood is over")
    assert audit(site.database, handed_in) == Audit(submitted=101, graded=101, **CLEAN)
