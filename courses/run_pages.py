"""The pages about one grading of an attempt: what happened when, and what there is to take away."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.enrolment import attempts_visible_to
from courses.models import Attempt
from courses.phases import phases, scenarios
from courses.requests import SignedInRequest, teaches
from grader.artefacts import artefacts, content
from grader.models import Run
from grader.submissions import cancel, regrade

# A program or its output must not become a page of this site, whatever a browser makes of it.
DOWNLOAD = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A run, the attempt that it belongs to, and what whoever asks may do."""

    run: Run
    attempt: Attempt
    teaches: bool
    may_cancel: bool  # While it is open: it can end at any time, and then this does nothing.


@login_required
@never_cache
@require_safe
def run(request: SignedInRequest, run: int) -> HttpResponse:
    found = _find(request.user, run)
    context = {
        "found": found,
        "run": found.run,
        "attempt": found.attempt,
        "phases": phases(found.run, submitted_at=found.attempt.submission.created_at),
        "scenarios": scenarios(found.run),
        "tries": found.run.claims.all(),
        "artefacts": artefacts(found.run),
        "others": found.attempt.submission.runs.without_reports().exclude(pk=found.run.pk),
    }
    return render(request, "courses/run.html", context)


@login_required
@never_cache
@require_safe
def artefact(request: SignedInRequest, run: int, name: str) -> HttpResponse:
    found = _find(request.user, run)
    wanted = next((one for one in artefacts(found.run) if one.name == name), None)
    body = content(found.run, wanted) if wanted else b""
    if not wanted or not body:
        raise Http404
    disposition = f'attachment; filename="run-{found.run.pk}-{name}"'
    return HttpResponse(
        body,
        content_type=wanted.media_type,
        headers={"Content-Disposition": disposition, **DOWNLOAD},
    )


@login_required
@require_POST
def cancel_run(request: SignedInRequest, run: int) -> HttpResponse:
    """End the run, unless it is over already: then its page says what became of it."""
    found = _find(request.user, run)
    if not found.may_cancel:
        raise PermissionDenied
    cancel(found.run, by=request.user)
    return redirect(found.attempt)


@login_required
@require_POST
def grade_again(request: SignedInRequest, run: int) -> HttpResponse:
    found = _find(request.user, run)
    if not found.teaches:
        raise PermissionDenied
    return redirect("run", regrade(found.attempt.submission).pk)


def _find(user: User, pk: int) -> Found:
    runs = Run.objects.select_related(
        "submission__attempt__assignment__lesson__course",
        "submission__attempt__assignment__exercise",
        "submission__attempt__student",
        "submission__revision__exercise",
    ).defer("submission__program", "submission__revision__files")
    seen = get_object_or_404(runs.filter(submission__attempt__in=attempts_visible_to(user)), pk=pk)
    attempt = seen.submission.attempt
    is_teacher = teaches(user, attempt)
    # A regrade is the instructor's, although it is of a student's program.
    is_own = attempt.student == user and seen.reason != Run.Reason.REGRADE
    return Found(run=seen, attempt=attempt, teaches=is_teacher, may_cancel=is_teacher or is_own)
