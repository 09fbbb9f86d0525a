"""The queue: which run is next, who holds it, and what became of it.

Theory of operation. A row of `Run` is a job. A Celery message is only a wake-up: it names a lane
and no run, so it may be lost, doubled or late without harm.

    page ---- one transaction ----> Submission, Run(queued)
      '------ after the commit ---> message(lane) ---> worker: claim, examine, renew, record
    sweep --- every few seconds --> message(lane), for runs that nobody was woken for
      '------ after N still looks -> run(queued) again, when its worker is silent

*Claim*: one UPDATE makes a queued run running and raises its `fence`. Its WHERE repeats the fence
that was read, so of two workers that want the same run one gets it and the other looks again.
*Renew*: the holder counts `renewals` up, WHERE fence = its own. *Record*: one transaction stores
the result, WHERE fence = its own AND state = running. So whoever was taken for dead and comes back
changes nothing, and a run is finished once. Every claim is a row of `Try`, ended in the same
transaction; constraints refuse a second open one and a second recorded one as well.

*The lease is counted, not timed*. A claim has lapsed when the sweep has looked at the run N times
in a row and found the same fence and the same renewals (grader.leases). No clock of one machine is
compared with that of another, and none with itself: clocks may be wrong, or stepped. While the
database cannot be written to nobody can renew; but then a look does not count either.

What happens when a part dies:

- a worker, or the machine it runs on, or its connection to the database: renewals stand still, the
  sweep queues the run again and wakes another worker. A sandbox dies with its worker. After
  MAX_TRIES such deaths the run is *broken*: it may be the run that kills workers.
- a worker that is only slow, or was stopped for a while: its renewal or its result finds another
  fence; it stops its sandbox and drops what it has (Try.is_late).
- a worker that is asked to end (SIGTERM) takes no more, finishes what it has, and after
  GRADER_GRACE_SECONDS hands it back: queued again at once, at no cost of a try.
- the driver or the sandbox of a grading: the run is given back with the cause, and tried again
  after a pause; after MAX_TRIES it is broken.
- the broker, with or without its messages: a page's wake-up fails and is logged, never shown; rows
  are untouched; the sweep wakes the workers when the broker is back.
- the database: pages say so and promise nothing; workers and sweep log it and try again. A grading
  goes on, and its result is kept until it can be recorded, or is found to be another's.
- the disk of the database is full: the same, for SQLite; a page that cannot store says so.
- the web server: nothing of the queue is there.
- the sweep: new submissions are graded as before; lost wake-ups and silent workers wait for its
  restart by the supervisor.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from grader import ledgers
from grader.harness.examination import Examination
from grader.models import Evidence, Run, RunQuerySet, Try
from iomodels import record as records
from iomodels import report as reports

# A machine that is switched off takes one try; three in a row are no accident.
MAX_TRIES = 3
# After trouble that is ours, pause before the next try: 5 s, then 20 s.
PAUSE_SECONDS = 5

# Whoever serves regrades helps out where somebody is waiting; never the other way round. So the
# workers of the interactive lane are always free of regrades.
LANES_SERVED = {
    Run.Lane.INTERACTIVE: (Run.Lane.INTERACTIVE,),
    Run.Lane.REGRADE: (Run.Lane.INTERACTIVE, Run.Lane.REGRADE),
}


def claim(lane: str, worker: str) -> Run | None:
    """Take the fairest open run that this lane serves; None if there is none.

    Every lost race means that another worker won, so the loop ends.
    """
    while True:
        candidate = _claimable(lane).in_fair_order().first()
        if candidate is None:
            return None
        if _take(candidate, worker):
            return Run.objects.select_related("submission__revision").get(pk=candidate.pk)


@transaction.atomic
def _take(candidate: Run, worker: str) -> bool:
    queued = Run.objects.filter(pk=candidate.pk, fence=candidate.fence, state=Run.State.QUEUED)
    is_mine = queued.update(
        state=Run.State.RUNNING,
        fence=F("fence") + 1,
        renewals=0,
        tries=F("tries") + 1,
        not_before=None,
        worker=worker,
        started_at=timezone.now(),
        progress=[],
    )
    if is_mine:
        Try.objects.create(run=candidate, number=candidate.fence + 1, worker=worker)
    return bool(is_mine)


def has_open(lane: str) -> bool:
    """Tell whether a claim in this lane would find a run."""
    return _claimable(lane).exists()


def is_held(run: Run) -> bool:
    """Tell whether the run is still this claim's: neither another's, nor cancelled."""
    return Run.objects.claimed_as(run).exists()


def renew(run: Run) -> bool:
    """Show that the holder is alive; False if the run was lost to another worker or cancelled."""
    return bool(Run.objects.claimed_as(run).update(renewals=F("renewals") + 1))


def record_progress(run: Run, progress: list[dict[str, Any]]) -> bool:
    """Store how far the examination is; False if the run was lost."""
    return bool(Run.objects.claimed_as(run).update(progress=_storable(progress)))


@transaction.atomic
def record_result(run: Run, examination: Examination) -> bool:
    """Finish the run; False if it was lost, and then nothing is stored.

    True as well if this very claim has finished it before: whoever did not hear the answer asks
    again. An undecided run is repeated once, for free: the new run is in the same transaction.
    """
    report = reports.as_json(examination.report)
    is_mine = Run.objects.claimed_as(run).update(
        state=Run.State.FINISHED,
        outcome=report["outcome"],
        points=report["points"],
        out_of=report["out_of"],
        report=_storable(report),
        cause="",
        finished_at=timezone.now(),
    )
    if not is_mine:
        ours = Try.objects.filter(run=run, number=run.fence, ending=Try.Ending.RECORDED)
        return ours.exists()
    _end_try(run, Try.Ending.RECORDED)
    Evidence.objects.create(
        run=run,
        record=_storable(records.as_json(examination.record)),
        ledgers=[ledgers.stored(one) for one in examination.ledgers],
    )
    if report["outcome"] == Run.Outcome.UNDECIDED and run.reason == Run.Reason.FIRST:
        again = {"reason": Run.Reason.REPEAT, "lane": run.lane, "turn": run.turn}
        Run.objects.create(submission_id=run.submission_id, **again)
    return True


def note_late(run: Run) -> None:
    """Remember that the holder of a claim that was taken back is alive after all."""
    silent = Try.objects.filter(run=run, number=run.fence, ending=Try.Ending.SILENT)
    silent.update(is_late=True)


@transaction.atomic
def give_back(run: Run, cause: str) -> bool:
    """Let the run be tried again after a pause, or break it when it had its tries."""
    pause = timedelta(seconds=PAUSE_SECONDS * run.tries**2)
    mine = Run.objects.claimed_as(run)
    return _release(mine, run, Try.Ending.TROUBLE, cause, not_before=timezone.now() + pause)


@transaction.atomic
def hand_back(run: Run) -> bool:
    """Queue the run again as if it had not been tried: its worker was asked to end."""
    is_mine = Run.objects.claimed_as(run).update(state=Run.State.QUEUED, tries=F("tries") - 1)
    if is_mine:
        _end_try(run, Try.Ending.HANDED_BACK)
    return bool(is_mine)


@transaction.atomic
def take_back(run: Run) -> bool:
    """Queue the run again, for its worker is silent, or break it when it had its tries.

    False if its holder has renewed, finished or lost it since `run` was read.
    """
    still = Run.objects.claimed_as(run).filter(renewals=run.renewals)
    cause = f"The worker {run.worker} fell silent in try {run.tries} of {MAX_TRIES}."
    return _release(still, run, Try.Ending.SILENT, cause)


@transaction.atomic
def cancel(run: Run, cause: str, *, states: tuple[Run.State, ...] = Run.OPEN_STATES) -> bool:
    """End an open run without an outcome; False if it is in none of these states any more."""
    found = Run.objects.select_for_update().filter(pk=run.pk, state__in=states).first()
    if found is None:
        return False
    Run.objects.filter(pk=run.pk).update(
        state=Run.State.CANCELLED, cause=cause, finished_at=timezone.now()
    )
    _end_try(found, Try.Ending.CANCELLED)
    return True


def _claimable(lane: str) -> RunQuerySet:
    now = timezone.now()
    return Run.objects.open(now).filter(lane__in=LANES_SERVED[Run.Lane(lane)])


def _release(claim: RunQuerySet, run: Run, ending: Try.Ending, cause: str, **queued: Any) -> bool:
    """Let go of a claim that came to nothing: try again, unless there were tries enough."""
    values: dict[str, Any] = {"state": Run.State.QUEUED, **queued}
    if run.tries >= MAX_TRIES:
        values = {"state": Run.State.BROKEN, "finished_at": timezone.now()}
    is_released = claim.update(cause=cause, **values)
    if is_released:
        _end_try(run, ending, cause)
    return bool(is_released)


def _end_try(run: Run, ending: Try.Ending, cause: str = "") -> None:
    Try.objects.filter(run=run, number=run.fence, ending="").update(
        ending=ending, ended_at=timezone.now(), cause=cause
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
