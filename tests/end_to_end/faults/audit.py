"""What became of everything that was handed in: the account that has to be without a loss."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.end_to_end.faults.databases import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    submitted: int
    graded: int
    lost: int  # Neither decided nor open: nobody will ever grade it. Or not in the database at all.
    open: int
    double: int  # With two results, two records of evidence, or two open tries.
    wrong: int  # Decided otherwise than the program deserves.
    broken: int


CLEAN = {"lost": 0, "open": 0, "double": 0, "wrong": 0, "broken": 0}

RUNS = """
SELECT a.id, r.id, r.state, r.outcome, r.reason,
       (SELECT count(*) FROM grader_try t WHERE t.run_id = r.id AND t.ending = 'recorded'),
       (SELECT count(*) FROM grader_try t WHERE t.run_id = r.id AND t.ending = ''),
       (SELECT count(*) FROM grader_evidence e WHERE e.run_id = r.id)
FROM courses_attempt a JOIN grader_run r ON r.submission_id = a.submission_id ORDER BY r.id
"""


def audit(database: Database, handed_in: Mapping[int, str]) -> Audit:
    """Compare the database with what was handed in: attempt -> the outcome that it deserves."""
    runs: dict[int, list[tuple[str, str | None, str, int, int, int]]] = {}
    for attempt, _, *run in database.rows(RUNS):
        if attempt in handed_in:
            runs.setdefault(attempt, []).append(tuple(run))
    states = Counter(runs[attempt][-1][0] if attempt in runs else "" for attempt in handed_in)
    return Audit(
        submitted=len(handed_in),
        graded=states["finished"],
        lost=states[""] + states["cancelled"],
        open=states["queued"] + states["running"],
        broken=states["broken"],
        double=sum(any(map(_is_double, found)) or _is_repeated(found) for found in runs.values()),
        wrong=sum(
            found[-1][0] == "finished" and found[-1][1] != handed_in[attempt]
            for attempt, found in runs.items()
        ),
    )


def _is_double(run: tuple[str, str | None, str, int, int, int]) -> bool:
    state, _, _, recorded, tried, evidence = run
    is_finished = state == "finished"
    return (recorded, tried, evidence) != (is_finished, state == "running", is_finished)


def _is_repeated(found: list[tuple[str, str | None, str, int, int, int]]) -> bool:
    """Tell whether there is a second run without a reason: only an undecided one is repeated."""
    firsts = [run for run in found if run[2] == "first"]
    return len(firsts) != 1 or (len(found) > 1 and firsts[0][1] != "undecided")
