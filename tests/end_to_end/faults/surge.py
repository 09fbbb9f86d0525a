"""A deadline: a thousand submissions within a minute."""

import re
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.end_to_end.faults.audit import Audit, audit
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.students import RIGHT, WRONG, Student
from tests.end_to_end.faults.turns import passed_over
from tests.end_to_end.processes import until

# As many as a browser and a half for each core of a small server would send at once.
AT_ONCE = 16
PLACE = re.compile(r"Waiting: (\d+ before you|you are next)\.|Running|Passed|Failed|Preparing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a student got: the attempt, how long it took to be taken, and what its page said."""

    attempt: int
    deserves: str
    took_s: float
    page_took_s: float
    has_place: bool
    has_estimate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    audit: Audit
    answers: Sequence[Answer]
    took_in_s: float
    graded_in_s: float
    passed_over: int

    @property
    def median_s(self) -> float:
        return statistics.median(answer.took_s for answer in self.answers)

    @property
    def longest_s(self) -> float:
        return max(answer.took_s for answer in self.answers)


def surge(site: Site, *, students: int, each: int, within_s: float) -> Surge:
    """Let everybody hand in at once, look at their page, and wait until all is graded."""
    [first, *_] = people = site.students(students)
    warm = first.submit(RIGHT)  # An estimate follows what gradings have lately taken.
    until(lambda: site.is_over(warm), within_s=60, what="the first is graded")

    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        work = [(student, number) for student in people for number in range(each)]
        answers = list(pool.map(_hand_in, *zip(*work, strict=True)))
    took_in = time.monotonic() - began
    handed_in = {answer.attempt: answer.deserves for answer in answers}
    still_open = "SELECT count(*) FROM grader_run WHERE state IN ('queued', 'running')"

    def is_over() -> bool:
        return site.database.rows(still_open) == [(0,)]

    until(is_over, within_s=within_s, what="all is graded")
    return Surge(
        audit=audit(site.database, handed_in),
        answers=answers,
        took_in_s=took_in,
        graded_in_s=time.monotonic() - began,
        passed_over=len(passed_over(site.database)),
    )


def _hand_in(student: Student, number: int) -> Answer:
    program, deserves = (RIGHT, "passed") if number % 2 == 0 else (WRONG, "failed")
    asked = time.monotonic()
    attempt = student.submit(program)
    taken = time.monotonic()
    status, page = student.get(f"/attempts/{attempt}/")
    is_waiting = "Waiting: " in page
    return Answer(
        attempt=attempt,
        deserves=deserves,
        took_s=taken - asked,
        page_took_s=time.monotonic() - taken,
        has_place=status == 200 and PLACE.search(page) is not None,
        has_estimate=not is_waiting or "Probably decided in " in page,
    )
