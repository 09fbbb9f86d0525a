"""The pages: each view finds what is asked for, checks who asks, calls one function, answers."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from courses import content, live
from courses.attempts import NotAccepting, hand_in, history, plan, shown_run, waiting
from courses.enrolment import Standing, courses_of, join, standing
from courses.forms import SubmissionForm
from courses.models import Assignment, Attempt, Course
from courses.requests import SignedInRequest, find_attempt, teaches
from courses.status import draw, status, view
from courses.timelines import timeline_of
from grader.harness.exercise import Exercise
from grader.harness.programs import Language
from grader.models import Run
from iomodels.asking import asked


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {}
    if isinstance(request.user, User):
        mine = list(courses_of(request.user))
        context = {"courses": mine, "others": Course.objects.exclude(pk__in=[c.pk for c in mine])}
    return render(request, "courses/home.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course(request: SignedInRequest, course: str) -> HttpResponse:
    """Show a course to everybody; a POST joins it, for enrolment is open."""
    found = get_object_or_404(Course, slug=course)
    if request.method == "POST":
        join(found, user=request.user)
        return redirect(found)
    mine = standing(request.user, course=found)
    lessons = plan(mine.lessons, student=request.user)
    return render(
        request, "courses/course.html", {"standing": mine, "course": found, "plan": lessons}
    )


@login_required
@require_safe
def lesson(request: SignedInRequest, course: str, lesson: str) -> HttpResponse:
    mine = _standing(request, course)
    if not mine.may_read:
        return redirect(mine.course)
    found = get_object_or_404(mine.lessons, slug=lesson)
    [(_, tasks)] = plan([found], student=request.user)
    context = {"course": mine.course, "lesson": found, "tasks": tasks}
    return render(request, "courses/lesson.html", context | {"text": content.render(found.text)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: SignedInRequest, course: str, lesson: str, exercise: str) -> HttpResponse:
    mine = _standing(request, course)
    if not mine.may_read:
        return redirect(mine.course)
    assignment = _assignment(mine, lesson=lesson, exercise=exercise)
    definition = _definition(assignment)
    languages = definition.languages if definition else tuple(Language)
    form = SubmissionForm(request.POST or None, request.FILES or None, languages=languages)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("program", "file_name", "replaces")}
        try:
            return redirect(hand_in(assignment, student=request.user, **given))
        except NotAccepting:
            form.add_error(None, "This exercise is not open for attempts now.")
    page = _exercise_page(request, assignment, definition, form)
    return render(request, "courses/exercise.html", page)


@login_required
@never_cache
@require_safe
def attempt(request: SignedInRequest, attempt: int) -> HttpResponse:
    found = find_attempt(request.user, attempt)
    now = status(found, teaches=teaches(request.user, found))
    return render(request, "courses/attempt.html", {"status": now})


@login_required
@never_cache
@require_safe
def attempt_state(request: SignedInRequest, attempt: int) -> HttpResponse:
    """Answer with the changing part of the page, for browsers that have to poll."""
    found = find_attempt(request.user, attempt)
    return HttpResponse(draw(status(found, teaches=teaches(request.user, found))))


@require_safe
async def attempt_live(request: HttpRequest, attempt: int) -> StreamingHttpResponse:
    """Stream the changing part of the page."""
    look = await sync_to_async(_may_watch)(request, attempt)
    return StreamingHttpResponse(
        live.stream(look),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


@login_required
@cache_control(private=True, no_cache=True)
@vary_on_headers("HX-Request")
@conditional_page
@require_safe
def attempt_timeline(request: SignedInRequest, attempt: int, scenario: int) -> HttpResponse:
    """Answer with the figure of one scenario: for htmx the part of a page, else a page."""
    found = find_attempt(request.user, attempt)
    timeline = timeline_of(shown_run(found), scenario=scenario)
    is_part = "HX-Request" in request.headers
    template = "courses/partials/timeline.html" if is_part else "courses/timeline.html"
    context = {"attempt": found, "timeline": timeline}
    return render(request, template, context, status=200 if timeline or is_part else 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 for what is larger than this site reads."""
    number = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"{number}.html", status=number)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a handler's signature)
    """Answer 500, or 503 while the database is away or its disk is full: that passes."""
    error = sys.exc_info()[1]  # Django calls its handlers where it has caught what was raised.
    is_database = isinstance(error, OperationalError | InterfaceError)
    number = 503 if is_database else 500
    # Without the request: who is signed in would have to be asked of the database.
    return HttpResponse(
        render_to_string(f"{number}.html"),
        status=number,
        headers={"Retry-After": "10"} if is_database else None,
    )


def _standing(request: SignedInRequest, slug: str) -> Standing:
    return standing(request.user, course=get_object_or_404(Course, slug=slug))


def _assignment(mine: Standing, *, lesson: str, exercise: str) -> Assignment:
    assignments = Assignment.objects.select_related("lesson__course", "exercise__published")
    return get_object_or_404(
        assignments, lesson__in=mine.lessons, lesson__slug=lesson, slug=exercise
    )


def _definition(assignment: Assignment) -> Exercise | None:
    revision = assignment.exercise.published
    return revision.definition() if revision else None


def _exercise_page(
    request: SignedInRequest,
    assignment: Assignment,
    definition: Exercise | None,
    form: SubmissionForm,
) -> dict[str, Any]:
    """Gather the statement, the scenarios, and the starter or last attempt to go on from."""
    earlier = history(assignment, student=request.user)
    starters = definition.starters if definition else {}
    language = _language(request, starters, earlier)
    latest = next(
        (one for one, _ in earlier if language and one.submission.language is language), None
    )
    form.initial["language"] = language
    form.initial["program"] = (
        latest.submission.program if latest else starters[language] if language else ""
    )
    return {
        "assignment": assignment,
        "lesson": assignment.lesson,
        "course": assignment.lesson.course,
        "definition": definition,
        "rules": asked(definition.demands) if definition else (),
        "statement": content.render(definition.statement) if definition else "",
        "form": form,
        "waiting": list(waiting(assignment, student=request.user)),
        "history": earlier,
        "is_last_attempt": latest is not None,
        "language": language,
    }


def _language(
    request: SignedInRequest,
    starters: Mapping[Language, str],
    earlier: Sequence[tuple[Attempt, Run]],
) -> Language | None:
    """Choose what to show: what is asked for, or was used last, or comes first."""
    asked = [request.POST.get("language"), request.GET.get("language")]
    used = [attempt.submission.language for attempt, _ in earlier[:1]]
    wanted = [*asked, *used, *starters]
    return next((one for name in wanted for one in starters if one == name), None)


def _may_watch(request: HttpRequest, pk: int) -> Callable[[], live.View]:
    """Authorise once; then leave no connection behind, for the stream lives for minutes."""
    try:
        if not isinstance(request.user, User):
            raise PermissionDenied
        is_teacher = teaches(request.user, find_attempt(request.user, pk))
        return partial(_look, pk, teaches=is_teacher)
    finally:
        connections.close_all()


def _look(pk: int, *, teaches: bool) -> live.View:
    rows = Attempt.objects.select_related(
        "assignment__lesson__course", "assignment__exercise", "student", "submission"
    )
    return view(rows.get(pk=pk), teaches=teaches)
