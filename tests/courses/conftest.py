"""A small course with somebody in each role, and attempts at its exercise."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User

from courses.models import Assignment, Attempt, Course, Enrolment, Lesson
from grader import ledgers as packed
from grader.models import Evidence, Exercise, Run, Submission
from iomodels.ledger import Ledger
from tests.courses import examples
from tests.courses.examples import EXERCISE_FILES, PROGRAM, School


@pytest.fixture
def school(db: None) -> School:
    exercise = Exercise.objects.create(slug="echo", title="Echo")
    exercise.published = exercise.revisions.create(number=1, files=EXERCISE_FILES, digest="0" * 64)
    exercise.save()
    course = Course.objects.create(slug="io", title="How a program waits")
    lesson = Lesson.objects.create(course=course, slug="multiplexing", title="Multiplexing")
    assignment = Assignment.objects.create(lesson=lesson, exercise=exercise, slug="echo", points=10)
    people = {
        name: User.objects.create_user(username=name, is_staff=name == "staff")
        for name in ("student", "other_student", "assistant", "instructor", "staff", "stranger")
    }
    for name, role in (
        ("student", Enrolment.Role.STUDENT),
        ("other_student", Enrolment.Role.STUDENT),
        ("assistant", Enrolment.Role.ASSISTANT),
        ("instructor", Enrolment.Role.INSTRUCTOR),
    ):
        Enrolment.objects.create(course=course, user=people[name], role=role)
    return School(course=course, lesson=lesson, assignment=assignment, **people)


@pytest.fixture
def make_attempt(school: School) -> Callable[..., Attempt]:
    """Hand in without the queue: `make_attempt(report=..., ledgers=[...])`, or a run's columns."""

    def make(
        *,
        student: User | None = None,
        report: dict[str, Any] | None = None,
        ledgers: Sequence[Ledger | None] = (),
        **columns: Any,
    ) -> Attempt:
        student = student or school.student
        revision = school.assignment.exercise.published
        assert revision is not None
        submission = Submission.objects.create(
            revision=revision, submitter=student, program=PROGRAM
        )
        if report is not None:
            columns |= {"state": Run.State.FINISHED, "report": report}
            columns |= {name: report[name] for name in ("outcome", "points", "out_of")}
        run = Run.objects.create(submission=submission, **columns)
        if report is not None:
            Evidence.objects.create(run=run, record={}, ledgers=[*map(packed.stored, ledgers)])
        number = Attempt.objects.filter(assignment=school.assignment, student=student).count() + 1
        return Attempt.objects.create(
            assignment=school.assignment, student=student, number=number, submission=submission
        )

    return make


@pytest.fixture
def passed_report() -> dict[str, Any]:
    return examples.passed_report()


@pytest.fixture
def failed_report() -> dict[str, Any]:
    return examples.failed_report()


@pytest.fixture
def undecided_report() -> dict[str, Any]:
    return examples.undecided_report()
