"""The pages: each view finds what is asked for, checks who asks, calls one function, answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses import content, live
from courses.attempts import NotAccepting, hand_in, history, plan
from courses.enrolment import Standing, attempts_visible_to, courses_of, join, standing
from courses.forms import SubmissionForm
from courses.models import Assignment, Attempt, Course
from courses.status import draw, status, view


class SignedInRequest(HttpRequest):
    user: User  # What login_required leaves.


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
    form = SubmissionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            program = form.cleaned_data["program"]
            return redirect(hand_in(assignment, student=request.user, program=program))
        except NotAccepting:
            form.add_error(None, "This exercise is not open for attempts now.")
    return render(request, "courses/exercise.html", _exercise_page(request, assignment, form))


@login_required
@never_cache
@require_safe
def attempt(request: SignedInRequest, attempt: int) -> HttpResponse:
    found = _attempt(request.user, attempt)
    now = status(found, teaches=_teaches(request.user, found))
    return render(request, "courses/attempt.html", {"status": now})


@login_required
@never_cache
@require_safe
def attempt_state(request: SignedInRequest, attempt: int) -> HttpResponse:
    """Answer with the changing part of the page, for browsers that have to poll."""
    found = _attempt(request.user, attempt)
    return HttpResponse(draw(status(found, teaches=_teaches(request.user, found))))


@require_safe
async def attempt_live(request: HttpRequest, attempt: int) -> StreamingHttpResponse:
    """Stream the changing part of the page."""
    look = await sync_to_async(_may_watch)(request, attempt)
    return StreamingHttpResponse(
        live.stream(look),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 for what is larger than this site reads."""
    number = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"{number}.html", status=number)


def _standing(request: SignedInRequest, slug: str) -> Standing:
    return standing(request.user, course=get_object_or_404(Course, slug=slug))


def _assignment(mine: Standing, *, lesson: str, exercise: str) -> Assignment:
    assignments = Assignment.objects.select_related("lesson__course", "exercise__published")
    return get_object_or_404(
        assignments, lesson__in=mine.lessons, lesson__slug=lesson, slug=exercise
    )


def _exercise_page(
    request: SignedInRequest, assignment: Assignment, form: SubmissionForm
) -> dict[str, Any]:
    """Gather the statement, the scenarios, and the starter or last attempt to go on from."""
    revision = assignment.exercise.published
    definition = revision.definition() if revision else None
    earlier = history(assignment, student=request.user)
    latest = earlier[0][0].submission.program if earlier else None
    form.initial["program"] = latest or (definition.starter if definition else "")
    return {
        "assignment": assignment,
        "lesson": assignment.lesson,
        "course": assignment.lesson.course,
        "definition": definition,
        "statement": content.render(definition.statement) if definition else "",
        "form": form,
        "history": earlier,
        "is_last_attempt": latest is not None,
    }


def _attempt(user: User, pk: int) -> Attempt:
    attempts = attempts_visible_to(user).select_related(
        "assignment__lesson__course", "assignment__exercise", "student", "submission"
    )
    return get_object_or_404(attempts, pk=pk)


def _teaches(user: User, attempt: Attempt) -> bool:
    return standing(user, course=attempt.assignment.lesson.course).teaches


def _may_watch(request: HttpRequest, pk: int) -> Callable[[], live.View]:
    """Authorise once; then leave no connection behind, for the stream lives for minutes."""
    try:
        if not isinstance(request.user, User):
            raise PermissionDenied
        teaches = _teaches(request.user, _attempt(request.user, pk))
        return partial(_look, pk, teaches=teaches)
    finally:
        connections.close_all()


def _look(pk: int, *, teaches: bool) -> live.View:
    rows = Attempt.objects.select_related(
        "assignment__lesson__course", "assignment__exercise", "student", "submission"
    )
    return view(rows.get(pk=pk), teaches=teaches)
