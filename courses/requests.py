"""Finds what a request asks for, if whoever asks may see it."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from courses.enrolment import attempts_visible_to, standing
from courses.models import Attempt


class SignedInRequest(HttpRequest):
    user: User  # What login_required leaves.


def find_attempt(user: User, pk: int) -> Attempt:
    """Return the attempt with what its pages show; raise Http404 if it is none of the user's."""
    attempts = attempts_visible_to(user).select_related(
        "assignment__lesson__course", "assignment__exercise", "student", "submission"
    )
    return get_object_or_404(attempts, pk=pk)


def teaches(user: User, attempt: Attempt) -> bool:
    """Tell whether the user teaches the course that the attempt belongs to."""
    return standing(user, course=attempt.assignment.lesson.course).teaches
