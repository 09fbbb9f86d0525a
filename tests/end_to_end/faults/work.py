"""Submissions of two students, of which one is in mid-grading: what each fault breaks into."""

from tests.end_to_end.faults.audit import CLEAN, Audit, audit
from tests.end_to_end.faults.site import Site, holder
from tests.end_to_end.faults.students import RIGHT, WRONG
from tests.end_to_end.processes import until

EACH = 3  # Submissions of each of two students: more than there are slots.


class Work:
    """Some submissions of which one is in mid-grading."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.handed_in: dict[int, str] = {}
        ada, bob = site.students(2)
        for _ in range(EACH):
            self.handed_in[ada.submit(RIGHT)] = "passed"
            self.handed_in[bob.submit(WRONG)] = "failed"
        until(lambda: self.running() is not None, within_s=60, what="a run is in mid-grading")

    def running(self) -> int | None:
        """Return an attempt that is in mid-grading, if there is one."""
        return next((one for one in self.handed_in if self.site.is_running(one)), None)

    def held(self) -> tuple[int, int]:
        """Return an attempt in mid-grading, and the process that has it."""
        found: list[tuple[int, int]] = []

        def look() -> bool:
            for attempt in self.handed_in:
                run = self.site.run_of(attempt)
                if run[1] == "running":
                    found.append((attempt, holder(run)))
                    return True
            return False

        until(look, within_s=60, what="a run is in mid-grading")
        return found[0]

    def is_over(self) -> bool:
        return all(map(self.site.is_over, self.handed_in))

    def finish(self) -> Audit:
        until(self.is_over, within_s=120, what="everything is graded")
        return audit(self.site.database, self.handed_in)

    def endings(self, attempt: int) -> list[tuple[str, bool]]:
        rows = self.site.database.rows(
            "SELECT t.ending, t.is_late FROM grader_try t JOIN grader_run r ON r.id = t.run_id "
            "JOIN courses_attempt a ON a.submission_id = r.submission_id "
            f"WHERE a.id = {attempt} ORDER BY t.number"
        )
        return [(ending, bool(is_late)) for ending, is_late in rows]


ALL_GRADED = Audit(submitted=2 * EACH, graded=2 * EACH, **CLEAN)
