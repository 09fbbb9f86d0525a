from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses.models import Attempt, Course, Enrolment, Lesson
from tests.courses.examples import School

pytestmark = pytest.mark.parametrize("rows", [1, 3])


@pytest.fixture
def ask(
    school: School, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> Callable[[str, int], None]:
    """Open a page as the student and count: `ask("/", queries=4)`."""
    client.force_login(school.student)

    def ask(address: str, queries: int) -> None:
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200

    return ask


def test_home_asks_as_often_for_one_course_as_for_three(
    rows: int, school: School, ask: Callable[..., None]
) -> None:
    for number in range(rows - 1):
        course = Course.objects.create(slug=f"c{number}", title=f"Course {number}")
        Enrolment.objects.create(course=course, user=school.student)

    ask("/", queries=4)  # Session, user, own courses, the other ones.


def test_a_course_asks_as_often_for_one_lesson_as_for_three(
    rows: int, school: School, make_attempt: Callable[..., Attempt], ask: Callable[..., None]
) -> None:
    for number in range(rows - 1):
        lesson = Lesson.objects.create(course=school.course, slug=f"l{number}", title="Lesson")
        lesson.assignments.create(exercise=school.assignment.exercise, slug="echo", points=10)
    make_attempt()

    ask("/courses/io/", queries=7)  # Session, user, course, role, lessons, tasks, efforts.


def test_a_lesson_asks_as_often_for_one_exercise_as_for_three(
    rows: int, school: School, ask: Callable[..., None]
) -> None:
    for number in range(rows - 1):
        school.lesson.assignments.create(
            exercise=school.assignment.exercise, slug=f"echo-{number}", points=10
        )

    ask("/courses/io/multiplexing/", queries=7)  # As above.


def test_an_exercise_asks_as_often_for_one_attempt_as_for_three(
    rows: int,
    make_attempt: Callable[..., Attempt],
    passed_report: dict[str, Any],
    ask: Callable[..., None],
) -> None:
    for _ in range(rows):
        make_attempt(report=passed_report)

    # Session, user, course, role, assignment, attempts, their runs, the latest program.
    ask("/courses/io/multiplexing/echo/", queries=9)


def test_a_result_asks_as_often_for_one_attempt_as_for_three(
    rows: int,
    make_attempt: Callable[..., Attempt],
    passed_report: dict[str, Any],
    ask: Callable[..., None],
) -> None:
    attempts = [make_attempt(report=passed_report) for _ in range(rows)]

    # Session, user, attempt, role, run, all attempts, their runs.
    ask(f"/attempts/{attempts[0].pk}/", queries=7)
