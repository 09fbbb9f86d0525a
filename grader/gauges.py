"""What the graders do now and did lately, in numbers: for the people and the monitors of a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import TruncMinute
from django.utils import timezone

from grader.models import Process, Run, Try
from grader.presence import alive, is_alive

# Open runs, and nobody has claimed one for so long: the workers are stuck or gone.
STALLED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLength:
    """How much work there is in one lane."""

    lane: str
    queued: int
    running: int
    queued_since: datetime | None  # The oldest of those that are queued.

    @property
    def label(self) -> str:
        return Run.Lane(self.lane).label


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker process, and what it grades."""

    process: Process
    is_alive: bool
    runs: Sequence[Run]

    @property
    def free(self) -> int:
        return max(self.process.slots - len(self.runs), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    began_at: datetime
    finished: int


def lanes() -> list[LaneLength]:
    """Count the open runs of each lane."""
    rows = (
        Run.objects.filter(state__in=Run.OPEN_STATES)
        .order_by()
        .values("lane")
        .annotate(
            queued=Count("pk", filter=Q(state=Run.State.QUEUED)),
            running=Count("pk", filter=Q(state=Run.State.RUNNING)),
            queued_since=Min("queued_at", filter=Q(state=Run.State.QUEUED)),
        )
    )
    found = {row["lane"]: LaneLength(**row) for row in rows}
    return [
        found.get(lane) or LaneLength(lane=lane, queued=0, running=0, queued_since=None)
        for lane in Run.Lane.values
    ]


def workers() -> list[Worker]:
    """Return the workers that were heard of in the last day, with the runs that each holds."""
    running = (
        Run.objects.filter(state=Run.State.RUNNING)
        .without_reports()
        .select_related("submission__submitter", "submission__revision__exercise")
        .defer("submission__program", "submission__revision__files")
        .order_by("started_at")
    )
    held: dict[str, list[Run]] = {}
    for run in running:
        held.setdefault(run.worker.rpartition(":")[0], []).append(run)
    return [
        Worker(process=one, is_alive=is_alive(one), runs=held.get(one.name, []))
        for one in Process.objects.filter(kind=Process.Kind.WORKER)
    ]


def is_sweep_alive() -> bool:
    return alive(Process.objects.filter(kind=Process.Kind.SWEEP)).exists()


def throughput(*, minutes: int = 60) -> list[Minute]:
    """Count the runs that finished in each of the last minutes, the oldest first."""
    last = timezone.now().replace(second=0, microsecond=0)
    first = last - timedelta(minutes=minutes - 1)
    rows = (
        Run.objects.filter(state=Run.State.FINISHED, finished_at__gte=first)
        .order_by()
        .values_list(TruncMinute("finished_at"))
        .annotate(Count("pk"))
    )
    found = dict(rows)
    moments = (first + timedelta(minutes=number) for number in range(minutes))
    return [Minute(began_at=moment, finished=found.get(moment, 0)) for moment in moments]


def broken(*, most: int = 10) -> list[Run]:
    """Return the last runs that our own trouble has ended, unless they were graded since."""
    since = Run.objects.filter(
        submission=OuterRef("submission"), pk__gt=OuterRef("pk"), state=Run.State.FINISHED
    )
    runs = Run.objects.filter(~Exists(since), state=Run.State.BROKEN).without_reports()
    related = runs.select_related(
        "submission__submitter", "submission__revision__exercise", "submission__attempt"
    ).defer("submission__program", "submission__revision__files")
    return list(related.order_by("-finished_at")[:most])


def endings(*, since: datetime | None = None) -> dict[str, int]:
    """Count the tries by what became of them; "late" are silent ones whose worker came back."""
    tries = Try.objects.exclude(ending="").order_by()
    tries = tries.filter(ended_at__gte=since) if since else tries
    counted = dict(tries.values_list("ending").annotate(Count("pk")))
    late = {"late": tries.filter(is_late=True).count()}
    return {ending: counted.get(ending, 0) for ending in Try.Ending.values} | late


def is_stalled() -> bool:
    """Tell whether runs are open for long and nobody takes any."""
    now = timezone.now()
    if not Run.objects.open(now).filter(queued_at__lt=now - STALLED_AFTER).exists():
        return False
    last = Try.objects.order_by("-pk").values_list("began_at", flat=True).first()
    return last is None or last < now - STALLED_AFTER
