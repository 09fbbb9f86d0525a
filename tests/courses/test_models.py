from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from courses.models import Assignment, Attempt, Enrolment, Lesson
from tests.courses.examples import School


def test_two_lessons_under_one_address_are_refused(school: School) -> None:
    with pytest.raises(IntegrityError):
        Lesson.objects.create(course=school.course, slug="multiplexing", title="Again")


def test_a_person_twice_in_a_course_is_refused(school: School) -> None:
    with pytest.raises(IntegrityError):
        Enrolment.objects.create(course=school.course, user=school.student, role="assistant")


def test_an_unknown_role_is_refused(school: School) -> None:
    with pytest.raises(IntegrityError, match="courses_enrolment_no_unknown_role"):
        Enrolment.objects.create(course=school.course, user=school.stranger, role="guest")


def test_an_assignment_due_before_it_opens_is_refused(school: School) -> None:
    now = timezone.now()

    with pytest.raises(IntegrityError, match="courses_assignment_not_due_before_it_opens"):
        Assignment.objects.update(opens_at=now, due_at=now - timedelta(days=1))


def test_an_attempts_number_is_not_given_twice(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    make_attempt()
    second = make_attempt()

    with pytest.raises(IntegrityError):
        Attempt.objects.filter(pk=second.pk).update(number=1)


def test_an_attempt_after_the_due_date_is_late(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    attempt = make_attempt()
    assert not attempt.is_late

    attempt.assignment.due_at = attempt.created_at - timedelta(seconds=1)

    assert attempt.is_late


def test_an_assignment_is_open_from_its_opening_on() -> None:
    now = timezone.now()

    assert Assignment(opens_at=None).is_open
    assert Assignment(opens_at=now - timedelta(seconds=1)).is_open
    assert not Assignment(opens_at=now + timedelta(hours=1)).is_open
