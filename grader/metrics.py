"""The numbers of the graders in the form that Prometheus reads.

All of them are asked of the database at each reading, and none is counted in a process: there are
many processes, and a counter that begins anew with each of them counts nothing.
"""

from collections.abc import Iterator

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from grader import gauges
from grader.models import Machine, Run

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition() -> bytes:
    """Return all metrics as text, format version 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_Grading())
    return generate_latest(registry)


class _Grading(Collector):
    def describe(self) -> list[Metric]:
        """Name nothing at registration: that would ask the database twice."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _queue()
        yield from _runs()
        yield _tries()
        yield from _machinery()


def _queue() -> Iterator[Metric]:
    now = timezone.now()
    runs = GaugeMetricFamily(
        "iomodels_runs_open", "Runs that are queued or running.", labels=("lane", "state")
    )
    oldest = GaugeMetricFamily(
        "iomodels_queue_oldest_wait_seconds", "How long the oldest queued run has waited.",
        labels=("lane",),
    )  # fmt: skip
    for lane in gauges.lanes():
        runs.add_metric((lane.lane, "queued"), lane.queued)
        runs.add_metric((lane.lane, "running"), lane.running)
        since = lane.queued_since or now
        oldest.add_metric((lane.lane,), max((now - since).total_seconds(), 0.0))
    yield runs
    yield oldest
    stalled = "1 if runs are open and nobody has taken one for a minute."
    yield GaugeMetricFamily("iomodels_queue_stalled", stalled, value=int(gauges.is_stalled()))


def _runs() -> Iterator[Metric]:
    over = Run.objects.exclude(state__in=Run.OPEN_STATES).order_by()
    total = CounterMetricFamily("iomodels_runs", "Runs that are over.", labels=("state", "outcome"))
    for state, outcome, count in over.values_list("state", "outcome").annotate(Count("pk")):
        total.add_metric((state, outcome or ""), count)
    yield total
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    sums = over.filter(state=Run.State.FINISHED).aggregate(count=Count("pk"), sum=Sum(took))
    yield SummaryMetricFamily(
        "iomodels_grading_seconds",
        "Time from the last claim of a run to its result.",
        count_value=sums["count"],
        sum_value=sums["sum"].total_seconds() if sums["sum"] else 0.0,
    )


def _tries() -> Metric:
    tries = CounterMetricFamily(
        "iomodels_tries",
        "Claims of runs by what became of them; late: silent ones whose worker came back.",
        labels=("ending",),
    )
    for ending, count in gauges.endings().items():
        tries.add_metric((ending,), count)
    return tries


def _machinery() -> Iterator[Metric]:
    slots = GaugeMetricFamily(
        "iomodels_worker_slots", "Runs that living workers can grade at a time.", labels=("lane",)
    )
    living = [worker.process for worker in gauges.workers() if worker.is_alive]
    for lane in Run.Lane.values:
        slots.add_metric((lane,), sum(one.slots for one in living if one.lane == lane))
    yield slots
    sweep = "1 if the sweep has been heard of lately."
    yield GaugeMetricFamily("iomodels_sweep_up", sweep, value=int(gauges.is_sweep_alive()))
    sound = GaugeMetricFamily(
        "iomodels_machine_sound", "1 if programs are isolated on this machine.",
        labels=("machine",),
    )  # fmt: skip
    for name, is_sound in Machine.objects.values_list("name", "is_sound"):
        sound.add_metric((name,), int(is_sound))
    yield sound
