"""Exercises, what is handed in for them, and each grading of it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from grader.harness import exercise as harness
from grader.harness.programs import Language

# After trouble that is ours, a run pauses for a while, but never for longer than this.
LONGEST_PAUSE = timedelta(minutes=1)


class Exercise(models.Model):
    """A task; what it says is in its revisions."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    published = models.ForeignKey(
        "Revision",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="What students get. Graded work keeps the revision it was graded by.",
    )

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """An exercise as it was at one time; immutable, so that graded work stays explained."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    files = models.JSONField(help_text="The exercise's folder: a text for each relative path.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the files.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("exercise", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("exercise", "number"), name="grader_revision_no_number_twice"
            ),
            models.UniqueConstraint(
                fields=("exercise", "digest"), name="grader_revision_no_content_twice"
            ),
        )

    def __str__(self) -> str:
        return f"{self.exercise} (revision {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it once; a change is a new revision."""
        if not self._state.adding:
            message = f"{self} is immutable: make a new one."
            raise TypeError(message)
        super().save(*args, **kwargs)

    @staticmethod
    def digest_of(files: dict[str, str]) -> str:
        """Compute the digest of a folder's files; their order does not matter."""
        return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()

    def definition(self) -> harness.Exercise:
        """Parse the files; raises ExerciseError, which names the file and the line."""
        return harness.parse(self.files)


class Submission(models.Model):
    """A program as it was handed in, for one revision."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="submissions")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions"
    )
    program = models.TextField()
    file_name = models.CharField(max_length=100, default="server.py")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.file_name} by {self.submitter} for {self.revision}"

    @property
    def language(self) -> Language:
        """In what the program is written."""
        return Language.of(self.file_name) or Language.PYTHON


class RunQuerySet(models.QuerySet["Run"]):
    """Sets of runs that the queue speaks of, and the lists."""

    def without_reports(self) -> RunQuerySet:
        """Leave what fills a page of its own in the database; for lists."""
        return self.defer("report", "progress")

    def open(self, now: datetime) -> RunQuerySet:
        """Keep what may be claimed now: queued, and not pausing after trouble of ours.

        A pause that is longer than any is a clock that was set back, and no reason to wait.
        """
        is_due = Q(not_before=None) | Q(not_before__lte=now)
        is_nonsense = Q(not_before__gt=now + LONGEST_PAUSE)
        return self.filter(is_due | is_nonsense, state=Run.State.QUEUED)

    def claimed_as(self, run: Run) -> RunQuerySet:
        """Keep the run if it is still held by the very claim that `run` was returned for."""
        return self.filter(pk=run.pk, state=Run.State.RUNNING, fence=run.fence)

    def in_fair_order(self) -> RunQuerySet:
        """Order by lane, then by turn (grader.turns), then by age."""
        lane_rank = Case(When(lane=Run.Lane.INTERACTIVE, then=Value(0)), default=Value(1))
        age = Coalesce("stands_for", "pk", output_field=models.BigIntegerField())
        return self.annotate(lane_rank=lane_rank, age=age).order_by("lane_rank", "turn", "age")


class Run(models.Model):
    """One grading of a submission.

    State and outcome are two columns: what became of our work, and what became of the program.
    """

    class Reason(models.TextChoices):
        FIRST = "first"
        REGRADE = "regrade"
        REPEAT = "repeat", "repeat of an undecided run"

    class Lane(models.TextChoices):
        INTERACTIVE = "interactive", "somebody is waiting"
        REGRADE = "regrade", "nobody is waiting"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        BROKEN = "broken", "broken by our own trouble"
        CANCELLED = "cancelled"

    class Outcome(models.TextChoices):
        PASSED = "passed"
        FAILED = "failed"
        UNDECIDED = "undecided"

    OPEN_STATES = (State.QUEUED, State.RUNNING)

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="runs")
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.FIRST)
    lane = models.CharField(max_length=12, choices=Lane, default=Lane.INTERACTIVE)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    outcome = models.CharField(max_length=10, choices=Outcome, null=True)  # noqa: DJ001
    fence = models.PositiveIntegerField(
        default=0, help_text="Number of the latest claim; only its holder may write."
    )
    renewals = models.PositiveIntegerField(
        default=0, help_text="Of the latest claim; one that stands still has a silent holder."
    )
    turn = models.PositiveIntegerField(
        default=0, help_text="The round of the queue in which it is served: grader.turns."
    )
    not_before = models.DateTimeField(null=True, help_text="Given back: next try no sooner.")
    stands_for = models.BigIntegerField(
        null=True, help_text="Number of the replaced run whose place in the queue it has taken."
    )
    tries = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True, help_text="Who holds the latest claim.")
    cause = models.TextField(
        blank=True, help_text="What our own trouble was, or why it was cancelled."
    )

    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    progress = models.JSONField(
        default=list, help_text="For each scenario a name, an outcome, when it began and ended."
    )
    report = models.JSONField(null=True)
    points = models.PositiveIntegerField(null=True)
    out_of = models.PositiveIntegerField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="finished", outcome__isnull=False)
                | (~Q(state="finished") & Q(outcome__isnull=True)),
                name="grader_run_no_outcome_unless_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="finished")
                | Q(report__isnull=False, points__isnull=False, out_of__isnull=False),
                name="grader_run_no_outcome_without_report",
            ),
            models.UniqueConstraint(
                fields=("submission",),
                condition=Q(reason="first"),
                name="grader_run_no_second_first_run",
            ),
            models.UniqueConstraint(
                fields=("submission",),
                condition=Q(state__in=("queued", "running")),
                name="grader_run_no_two_open_at_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("lane", "turn", "id"),
                condition=Q(state="queued"),
                name="grader_run_queued",
            ),
            models.Index(
                fields=("submission",),
                condition=Q(state="running"),
                name="grader_run_running",
            ),
            models.Index(
                fields=("-finished_at",),
                condition=Q(state="finished"),
                name="grader_run_finished",
            ),
        )

    def __str__(self) -> str:
        return f"run {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to come."""
        return self.state in self.OPEN_STATES


class Try(models.Model):
    """One claim of a run: who took it, and what became of that. Never changed after its end."""

    class Ending(models.TextChoices):
        RECORDED = "recorded", "its result was recorded"
        TROUBLE = "trouble", "the grader had trouble"
        HANDED_BACK = "handed back", "its worker was shut down and handed it back"
        SILENT = "silent", "its worker fell silent"
        CANCELLED = "cancelled", "it was cancelled"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="claims")
    number = models.PositiveIntegerField(help_text="The fence of the claim.")
    worker = models.CharField(max_length=200)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, choices=Ending, blank=True)
    cause = models.TextField(blank=True)
    is_late = models.BooleanField(
        default=False,
        help_text="Its worker came back after it was lost; what it had found was dropped.",
    )

    class Meta:
        verbose_name_plural = "tries"
        ordering = ("run", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="grader_try_no_number_twice"),
            models.UniqueConstraint(
                fields=("run",),
                condition=Q(ending="recorded"),
                name="grader_try_no_run_recorded_twice",
            ),
            models.UniqueConstraint(
                fields=("run",), condition=Q(ending=""), name="grader_try_no_two_open_at_once"
            ),
            models.CheckConstraint(
                condition=Q(ending="", ended_at=None) | (~Q(ending="") & Q(ended_at__isnull=False)),
                name="grader_try_no_end_without_ending",
            ),
        )
        indexes = (models.Index(fields=("-ended_at",), name="grader_try_ended"),)

    def __str__(self) -> str:
        return f"try {self.number} of run {self.run_id}"


class Evidence(models.Model):
    """What was seen in a run.

    Apart from the run, since it is large (a quarter of a megabyte or more): SQLite reads a row's
    columns in order, so whatever stands behind a large one is slow to read in every list.
    """

    run = models.OneToOneField(
        Run, on_delete=models.CASCADE, primary_key=True, related_name="evidence"
    )
    record = models.JSONField(help_text="Everything, in the form of iomodels.record.")
    ledgers = models.JSONField(default=list, help_text="For each scenario a text: grader.ledgers.")

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"evidence of run {self.run_id}"


class Machine(models.Model):
    """A machine that grades, as its workers last found it."""

    name = models.CharField(max_length=200, primary_key=True, help_text="Its host name.")
    tested_at = models.DateTimeField()
    is_sound = models.BooleanField(help_text="Whether it may run programs.")
    checks = models.JSONField(help_text="The self-test, in the form of grader.sandbox.Check.")

    class Meta:
        ordering = ("is_sound", "name")

    def __str__(self) -> str:
        return self.name


class Process(models.Model):
    """A part of the site that runs for long, as it last told of itself."""

    class Kind(models.TextChoices):
        WORKER = "worker"
        SWEEP = "sweep"

    name = models.CharField(max_length=200, primary_key=True, help_text="Such as worker@host.")
    kind = models.CharField(max_length=10, choices=Kind)
    machine = models.CharField(max_length=200, help_text="Its host name.")
    lane = models.CharField(max_length=12, choices=Run.Lane, blank=True)
    slots = models.PositiveIntegerField(default=0, help_text="How many runs it grades at a time.")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "processes"
        ordering = ("kind", "lane", "name")

    def __str__(self) -> str:
        return self.name
