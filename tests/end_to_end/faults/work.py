"""Submissions of three students, of which one is in mid-grading: what each fault breaks into."""

from tests.end_to_end.faults.audit import CLEAN, Audit, audit
from tests.end_to_end.faults.site import Site, holder
from tests.end_to_end.faults.students import RIGHT, SLOW, WRONG
from tests.end_to_end.processes import until

EACH = 3  # Quick submissions of each of two students: with the slow one, more than there are slots.


class Work:
    """A slow submission that is in mid-grading for some seconds, and quick ones beside it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        ada, bob, eve = site.students(3)
        self.slow = eve.submit(SLOW)
        self.handed_in = {self.slow: "failed"}
        for _ in range(EACH):
            self.handed_in[ada.submit(RIGHT)] = "passed"
            self.handed_in[bob.submit(WRONG)] = "failed"
        until(lambda: site.is_running(self.slow), within_s=60, what="a run is in mid-grading")

    def holder(self) -> int:
        """Return the process that has the slow one."""
        return holder(self.site.run_of(self.slow))

    def is_over(self) -> bool:
        return all(map(self.site.is_over, self.handed_in))

    def finish(self) -> Audit:
        until(self.is_over, within_s=120, what="everything is graded")
        return audit(self.site.database, self.handed_in)

    def endings(self, attempt: int) -> list[tuple[str, bool]]:
        """Return how each try of an attempt ended, and whether its worker came back too late."""
        rows = self.site.database.rows(
            "SELECT t.ending, t.is_late FROM grader_try t JOIN grader_run r ON r.id = t.run_id "
            "JOIN courses_attempt a ON a.submission_id = r.submission_id "
            f"WHERE a.id = {attempt} ORDER BY t.number"
        )
        return [(ending, bool(is_late)) for ending, is_late in rows]


ALL_GRADED = Audit(submitted=2 * EACH + 1, graded=2 * EACH + 1, **CLEAN)
