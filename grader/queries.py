"""The queue: which run is next, who holds it, and what became of it.

Theory of operation. A row of `Run` is a job. A Celery message is only a wake-up: it names a lane
and no run, so it may be lost, doubled or late without harm.

    page ---- one transaction ----> Submission, Run(queued)
      '------ after the commit ---> message(lane) ---> worker: claim, examine, renew, record
    sweep --- every few seconds --> message(lane), for runs that nobody was woken for

*Claim*: one UPDATE makes an open run running, raises its `fence` and sets `lease_until`. Its WHERE
repeats the fence that was read, so of two workers that want the same run one gets it and the other
looks again. *Renew*: the holder moves `lease_until` on, WHERE fence = its own. *Record*: one
transaction stores the result, WHERE fence = its own AND state = running. So whoever was taken for
dead and comes back changes nothing, and a run is finished once.

What happens when a part dies:

- a worker, or the machine it runs on, or its connection to the database: the lease ends, the run is
  open again, the sweep wakes another worker for it. A sandbox dies with its worker. After MAX_TRIES
  such deaths the run is *broken*: it may be the run that kills workers.
- a worker that is only slow, or was stopped for a while: its renewal or its result finds another
  fence; it stops its sandbox and drops what it has.
- the broker, with or without its messages: a page's wake-up fails and is logged, never shown; rows
  are untouched; the sweep wakes the workers when the broker is back.
- the database: pages fail, workers and sweep log it and try again; nothing was promised that is not
  committed.
- the web server: nothing of the queue is there.
- the sweep: new submissions are graded as before; lost wake-ups and ended leases wait for its
  restart by the supervisor.

The clocks of web, workers and sweep have to agree to within a small part of a lease (NTP does).
"""

import logging
import math
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from grader import ledgers
from grader.harness.examination import Examination
from grader.models import Evidence, Run, RunQuerySet
from iomodels import record as records
from iomodels import report as reports
from iomodels.ledger import Ledger

logger = logging.getLogger(__name__)

# A machine that is switched off takes one try; three in a row are no accident.
MAX_TRIES = 3
# After trouble that is ours, pause before the next try: 5 s, then 20 s.
PAUSE_SECONDS = 5
# The estimate follows what gradings have lately taken.
ESTIMATED_FROM = 20
WORKERS_SEEN_WITHIN = timedelta(minutes=10)

# Whoever serves regrades helps out where somebody is waiting; never the other way round.
LANES_SERVED = {
    Run.Lane.INTERACTIVE: (Run.Lane.INTERACTIVE,),
    Run.Lane.REGRADE: (Run.Lane.INTERACTIVE, Run.Lane.REGRADE),
}


def claim(lane: str, worker: str) -> Run | None:
    """Take the fairest open run that this lane serves; None if there is none.

    Every lost race means that another worker won, so the loop ends.
    """
    while True:
        now = timezone.now()
        claimable = _claimable(lane, now)
        candidate = claimable.in_fair_order(now).first()
        if candidate is None:
            return None
        is_mine = claimable.filter(pk=candidate.pk, fence=candidate.fence).update(
            state=Run.State.RUNNING,
            fence=F("fence") + 1,
            tries=F("tries") + 1,
            lease_until=_lease_end(),
            not_before=None,
            worker=worker,
            started_at=now,
            progress=[],
        )
        if is_mine:
            return Run.objects.select_related("submission__revision").get(pk=candidate.pk)


def has_open(lane: str) -> bool:
    """Tell whether a claim in this lane would find a run."""
    return _claimable(lane, timezone.now()).exists()


def renew(run: Run) -> bool:
    """Hold the run for another lease; False if it was lost to another worker or cancelled."""
    return bool(Run.objects.claimed_as(run).update(lease_until=_lease_end()))


def record_progress(run: Run, progress: list[dict[str, Any]]) -> bool:
    """Store how far the examination is; False if the run was lost."""
    return bool(Run.objects.claimed_as(run).update(progress=_storable(progress)))


@transaction.atomic
def record_result(run: Run, examination: Examination) -> bool:
    """Finish the run; False if it was lost, and then nothing is stored.

    An undecided run is repeated once, for free: the new run is in the same transaction.
    """
    report = reports.as_json(examination.report)
    is_mine = Run.objects.claimed_as(run).update(
        state=Run.State.FINISHED,
        outcome=report["outcome"],
        points=report["points"],
        out_of=report["out_of"],
        report=_storable(report),
        cause="",
        lease_until=None,
        finished_at=timezone.now(),
    )
    if is_mine:
        Evidence.objects.create(
            run=run,
            record=_storable(records.as_json(examination.record)),
            ledgers=[ledgers.stored(one) for one in examination.ledgers],
        )
    if is_mine and report["outcome"] == Run.Outcome.UNDECIDED and run.reason == Run.Reason.FIRST:
        Run.objects.create(submission_id=run.submission_id, reason=Run.Reason.REPEAT, lane=run.lane)
    return bool(is_mine)


def ledger_of(run: Run, *, scenario: int) -> Ledger | None:
    """Return the ledger of a run's scenario, from 1; None if there is none that can be drawn.

    One that another release has stored in another form is none: a result is worth showing without.
    """
    stored = Evidence.objects.filter(run=run).values_list(f"ledgers__{scenario - 1}", flat=True)
    text = stored.first() if scenario > 0 else None
    try:
        return ledgers.read(text) if text else None
    except ValueError as error:
        logger.warning("Run %s: no ledger of scenario %s: %s", run.pk, scenario, error)
        return None


def give_back(run: Run, cause: str) -> bool:
    """Let the run be tried again after a pause, or break it when it had its tries."""
    if run.tries >= MAX_TRIES:
        return bool(_break(Run.objects.claimed_as(run), cause))
    pause = timedelta(seconds=PAUSE_SECONDS * run.tries**2)
    return bool(
        Run.objects.claimed_as(run).update(
            state=Run.State.QUEUED,
            lease_until=None,
            not_before=timezone.now() + pause,
            cause=cause,
        )
    )


def break_hopeless() -> list[int]:
    """Break the runs that outlived MAX_TRIES of their workers; return their ids."""
    now = timezone.now()
    hopeless = Run.objects.filter(
        state=Run.State.RUNNING, lease_until__lt=now, tries__gte=MAX_TRIES
    )
    return [
        run.pk
        for run in hopeless
        if _break(
            hopeless.filter(pk=run.pk, fence=run.fence),
            f"The worker disappeared in each of {MAX_TRIES} tries; the last was {run.worker}.",
        )
    ]


def place_of(run: Run) -> int:
    """Return the run's place in the queue, 1 being next; 0 if it is not queued."""
    if run.state != Run.State.QUEUED:
        return 0
    now = timezone.now()
    queued = Run.objects.filter(state=Run.State.QUEUED).in_fair_order(now)
    for place, pk in enumerate(queued.values_list("pk", flat=True), start=1):
        if pk == run.pk:
            return place
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How much work there is."""

    queued: int
    running: int
    queued_since: datetime | None  # The oldest of those that are queued.


def length() -> Length:
    """Count the open runs of all lanes."""
    counts = Run.objects.aggregate(
        queued=Count("pk", filter=Q(state=Run.State.QUEUED)),
        running=Count("pk", filter=Q(state=Run.State.RUNNING)),
        queued_since=Min("queued_at", filter=Q(state=Run.State.QUEUED)),
    )
    return Length(**counts)


def estimate_seconds(run: Run) -> int | None:
    """Estimate when the run will be finished, from recent ones; None if there were none."""
    finished = Run.objects.filter(state=Run.State.FINISHED).order_by("-finished_at")
    recent = finished.values_list("started_at", "finished_at")[:ESTIMATED_FROM]
    durations = [(end - start).total_seconds() for start, end in recent if start and end]
    if not durations:
        return None
    slots = (
        Run.objects.filter(started_at__gte=timezone.now() - WORKERS_SEEN_WITHIN)
        .order_by()
        .values("worker")
        .distinct()
        .count()
    )
    rounds = math.ceil(max(place_of(run), 1) / max(slots, 1))
    return math.ceil(rounds * statistics.median(durations))


def _claimable(lane: str, now: datetime) -> RunQuerySet:
    return Run.objects.open(now).filter(lane__in=LANES_SERVED[Run.Lane(lane)], tries__lt=MAX_TRIES)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.GRADER_LEASE_SECONDS)


def _break(runs: RunQuerySet, cause: str) -> int:
    return runs.update(
        state=Run.State.BROKEN, lease_until=None, cause=cause, finished_at=timezone.now()
    )


def _storable(value: Any) -> Any:
    """Replace what a program can print and a database cannot store: NUL, and half characters.

    PostgreSQL's jsonb refuses U+0000 and lone surrogates (its manual, section 8.14).
    """
    match value:
        case str():
            return (
                value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
            )
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
        case _:
            return value
