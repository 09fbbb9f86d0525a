"""The long version: 200 submissions pass while a random part is killed every few seconds."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

import redis

from tests.end_to_end.faults.audit import Audit, audit
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.students import RIGHT, WRONG, Student
from tests.end_to_end.processes import descendants, until

STUDENTS = 20
PAUSE_S = (1.0, 4.0)  # Between two faults.
AWAY_S = (0.5, 8.0)  # How long something is stopped or away: shorter and longer than a lease.
SUBMITS_EVERY_S = 0.6

Fault = Callable[[Site, random.Random], object]  # False: there was nothing to break.


@dataclass(slots=True)
class Soak:
    """What happened."""

    audit: Audit
    faults: Counter[str]
    refused: int  # Submissions that were not taken and were sent again.
    took_s: float
    endings: Counter[str] = field(default_factory=Counter)


def soak(site: Site, *, submissions: int, seed: int) -> Soak:
    """Submit, break, and wait until all is graded. The same seed chooses the same faults."""
    chance = random.Random(seed)
    people = site.students(STUDENTS)
    faults: Counter[str] = Counter()
    is_over = threading.Event()
    breaker = threading.Thread(target=_break, args=(site, chance, faults, is_over))
    began = time.monotonic()
    breaker.start()
    try:
        refused = _submit(people, submissions)
        until(lambda: _is_graded(site, submissions), within_s=1800, what="all is graded")
    finally:
        is_over.set()
        breaker.join()
    rows = site.database.rows("SELECT ending, count(*) FROM grader_try GROUP BY ending")
    return Soak(
        audit=audit(site.database, _deserved(site)),
        faults=faults,
        refused=refused,
        took_s=time.monotonic() - began,
        endings=Counter(dict(rows)),
    )


def _submit(people: list[Student], submissions: int) -> int:
    """Hand in one after the other; what is not taken is sent again, as people do."""
    refused = 0
    for number in range(submissions):
        student = people[number % len(people)]
        program = RIGHT if number % 3 else WRONG
        while not _is_taken(student, program):
            refused += 1
            _pause(SUBMITS_EVERY_S)
        _pause(SUBMITS_EVERY_S)
    return refused


def _is_taken(student: Student, program: str) -> bool:
    try:
        return student.try_to_submit(program)[0] == 302
    except (OSError, HTTPException):
        return False


def _deserved(site: Site) -> dict[int, str]:
    """Return what each attempt deserves; one that was sent again may have been taken twice."""
    rows = site.database.rows(
        "SELECT a.id, s.program FROM courses_attempt a "
        "JOIN grader_submission s ON s.id = a.submission_id"
    )
    return {attempt: "failed" if "upper" in program else "passed" for attempt, program in rows}


def _is_graded(site: Site, submissions: int) -> bool:
    with contextlib.suppress(Exception):  # The database may be away at this moment.
        counts: dict[str, int] = dict(
            site.database.rows("SELECT state, count(*) FROM grader_run GROUP BY state")
        )
        return sum(counts.values()) >= submissions and not {"queued", "running"} & set(counts)
    return False


def _break(
    site: Site, chance: random.Random, faults: Counter[str], is_over: threading.Event
) -> None:
    while not is_over.wait(chance.uniform(*PAUSE_S)):
        name = chance.choice(list(FAULTS))
        if FAULTS[name](site, chance) is not False:
            faults[name] += 1


def _kill(part: str) -> Fault:
    def kill(site: Site, chance: random.Random) -> bool:
        pids = site.pids(part)
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(chance.choice(pids), signal.SIGKILL)
            return True
        return False

    return kill


def _stop(part: str) -> Fault:
    """Stop a part and all that comes from it for a while; shorter or longer than a lease."""

    def stop(site: Site, chance: random.Random) -> bool:
        pids = [pid for found in site.pids(part)[:1] for pid in descendants(found)]
        with _signalled(pids):
            _pause(chance.uniform(*AWAY_S))
        return bool(pids)

    return stop


@contextlib.contextmanager
def _signalled(pids: list[int]) -> Iterator[None]:
    try:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _flush(site: Site, _: random.Random) -> None:
    with contextlib.suppress(redis.RedisError):
        site.broker().flushall()


def _take_database_away(site: Site, chance: random.Random) -> None:
    give_back = site.database.take_away()
    _pause(chance.uniform(*AWAY_S))
    give_back()


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


FAULTS: dict[str, Fault] = {
    "kill -9 of a worker or one of its pool": _kill("worker"),
    "kill -9 of a driver": _kill("driver"),
    "kill -9 of the broker": _kill("broker"),
    "kill -9 of the sweep": _kill("sweep"),
    "kill -9 of the web server": _kill("web"),
    "the broker forgets everything": _flush,
    "a worker is stopped for a while": _stop("worker"),
    "the broker hangs for a while": _stop("broker"),
    "the database is away for a while": _take_database_away,
}
