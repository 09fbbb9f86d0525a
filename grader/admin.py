"""What staff see of the grader: exercises, and every run with what became of it."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from grader.models import Exercise, Revision, Run, Submission, Try
from grader.submissions import cancel, regrade

Row = TypeVar("Row", bound=Model)


class ReadOnly:
    """Shows rows and changes none: they are evidence."""

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False

    def has_delete_permission(self, *_: Any) -> bool:
        return False


class Light(admin.ModelAdmin[Row]):
    """Leaves large columns in the database until a page shows them: a list has a hundred rows."""

    deferred: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).defer(*self.deferred)


@admin.register(Exercise)
class ExerciseAdmin(Light[Exercise]):
    list_display = ("slug", "title", "published")
    list_select_related = ("published__exercise",)
    search_fields = ("slug", "title")
    autocomplete_fields = ("published",)
    deferred = ("published__files",)


@admin.register(Revision)
class RevisionAdmin(ReadOnly, Light[Revision]):
    list_display = ("exercise", "number", "created_at", "digest")
    list_select_related = ("exercise",)
    list_filter = ("exercise",)
    search_fields = ("exercise__slug", "exercise__title")
    deferred = ("files",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, Light[Submission]):
    list_display = ("pk", "submitter", "revision", "file_name", "created_at")
    list_select_related = ("submitter", "revision__exercise")
    list_filter = ("revision__exercise",)
    search_fields = ("submitter__username",)
    deferred = ("program", "revision__files")


@admin.register(Run)
class RunAdmin(ReadOnly, Light[Run]):
    list_display = (
        "pk",
        "submitter",
        "exercise",
        "state",
        "outcome",
        "points",
        "lane",
        "reason",
        "tries",
        "cause",
        "queued_at",
        "started_at",
        "finished_at",
    )
    list_select_related = ("submission__submitter", "submission__revision__exercise")
    list_filter = ("state", "outcome", "lane", "reason", "submission__revision__exercise")
    search_fields = ("submission__submitter__username", "cause")
    deferred = ("report", "progress", "submission__program", "submission__revision__files")
    actions = ("grade_again", "cancel_runs")

    @admin.display(ordering="submission__submitter__username")
    def submitter(self, run: Run) -> str:
        return str(run.submission.submitter)

    @admin.display(ordering="submission__revision__exercise__slug")
    def exercise(self, run: Run) -> str:
        return str(run.submission.revision)

    @admin.action(description="Grade again")
    def grade_again(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        submissions = {run.submission for run in runs.select_related("submission")}
        for submission in submissions:
            regrade(submission)
        messages.success(request, f"Queued: {len(submissions)}. They wait behind the students.")

    @admin.action(description="Cancel what waits or runs")
    def cancel_runs(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        count = sum(cancel(run, by=request.user) for run in runs)
        messages.success(request, f"Cancelled: {count}. They do not count as attempts.")


@admin.register(Try)
class TryAdmin(ReadOnly, Light[Try]):
    list_display = ("run", "number", "worker", "began_at", "ended_at", "ending", "is_late", "cause")
    list_select_related = ("run",)
    list_filter = ("ending", "is_late")
    search_fields = ("worker", "cause")
    deferred = ("run__report", "run__progress")
