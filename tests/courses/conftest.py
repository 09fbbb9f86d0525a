"""A small course, its people, and reports as a grader writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.models import Assignment, Attempt, Course, Enrolment, Lesson
from grader.models import Exercise, Run, Submission

EXERCISE_TOML = """\
title = "Echo"
transport = "tcp"

[[scenario]]
name = "A line comes back"
points = 4
script = '''
connect A
A sends "hello\\n"
A receives "hello\\n"
'''

[[scenario]]
name = "A half line must not hold up the others"
points = 6
script = '''
# B must not wait for the rest of A's line.
connect A B
A sends "hel"
B sends "ping\\n"
B receives "ping\\n"
A sends "lo\\n"
A receives "hello\\n"
'''
"""

EXERCISE_FILES = {
    "exercise.toml": EXERCISE_TOML,
    "statement.md": "Send every line back to the client that sent it.\n",
    "starter.py": "import socket\n\n# Begin here.\n",
}

PROGRAM = """\
import socket

server = socket.create_server(("", 7))
while True:
    client, _ = server.accept()
    while data := client.recv(4096):
        client.sendall(data)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One course with one exercise, and somebody in each role."""

    course: Course
    lesson: Lesson
    assignment: Assignment
    student: User
    other_student: User
    assistant: User
    instructor: User
    staff: User
    stranger: User


@pytest.fixture
def school(db: None) -> School:
    exercise = Exercise.objects.create(slug="echo", title="Echo")
    exercise.published = exercise.revisions.create(number=1, files=EXERCISE_FILES, digest="0" * 64)
    exercise.save()
    course = Course.objects.create(slug="io", title="How a program waits")
    lesson = Lesson.objects.create(course=course, slug="multiplexing", title="Multiplexing")
    assignment = Assignment.objects.create(
        lesson=lesson, exercise=exercise, slug="echo", points=10
    )
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
    """Hand in without the queue: `make_attempt(state="finished", report=...)`."""

    def make(
        *, student: User | None = None, report: dict[str, Any] | None = None, **columns: Any
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
        if columns.get("state") == Run.State.RUNNING:
            columns["lease_until"] = timezone.now()
        Run.objects.create(submission=submission, **columns)
        number = Attempt.objects.filter(assignment=school.assignment, student=student).count() + 1
        return Attempt.objects.create(
            assignment=school.assignment, student=student, number=number, submission=submission
        )

    return make


def make_report(*, outcome: str, verdict: str, half_line: dict[str, Any]) -> dict[str, Any]:
    """Make a report whose first scenario passed; the second is to be filled in."""
    return {
        "exercise": "Echo",
        "outcome": outcome,
        "points": 4 + half_line["points"],
        "out_of": 10,
        "verdict": verdict,
        "scenarios": [
            {
                "name": "A line comes back",
                "outcome": "passed",
                "points": 4,
                "out_of": 4,
                "script": 'connect A\nA sends "hello\\n"\nA receives "hello\\n"\n',
                "took_ms": 41.0,
                "steps": [
                    _step(1, "connect A", "passed"),
                    _step(2, 'A sends "hello\\n"', "passed"),
                    _step(3, 'A receives "hello\\n"', "passed"),
                ],
                "findings": [],
            },
            {
                "name": "A half line must not hold up the others",
                "out_of": 6,
                "script": "# B must not wait for the rest of A's line.\n"
                'connect A B\nA sends "hel"\nB sends "ping\\n"\nB receives "ping\\n"\n'
                'A sends "lo\\n"\nA receives "hello\\n"\n',
                "took_ms": 52.4,
                **half_line,
            },
        ],
        "resources": {
            "threads": 1,
            "processes": 1,
            "cpu_ms": 12.5,
            "memory_kib": 9000,
            "took_ms": 93.4,
        },
        "output": "listening on 7\n",
    }


def _step(line: int, text: str, outcome: str, doing: str = "asleep in select") -> dict[str, Any]:
    return {
        "line": line,
        "text": text,
        "outcome": outcome,
        "took_ms": 0.7,
        "doing": "" if outcome == "skipped" else doing,
    }


def half_line_steps(fifth: str) -> list[dict[str, Any]]:
    rest = "passed" if fifth == "passed" else "skipped"
    return [
        _step(2, "connect A B", "passed"),
        _step(3, 'A sends "hel"', "passed"),
        _step(4, 'B sends "ping\\n"', "passed"),
        _step(5, 'B receives "ping\\n"', fifth, "asleep in recvfrom on A"),
        _step(6, 'A sends "lo\\n"', rest),
        _step(7, 'A receives "hello\\n"', rest),
    ]


@pytest.fixture
def passed_report() -> dict[str, Any]:
    return make_report(
        outcome="passed",
        verdict="Your server waited for everybody at once, as it should.",
        half_line={
            "outcome": "passed",
            "points": 6,
            "steps": half_line_steps("passed"),
            "findings": [],
        },
    )


@pytest.fixture
def failed_report() -> dict[str, Any]:
    finding = {
        "rule": "waits-for-everyone",
        "title": "Never sleep on one client while another client's bytes are ready.",
        "message": "The server is asleep in recvfrom on A's connection (server.py, line 6). "
        "B's 5 bytes lie ready in the kernel. Only A can wake it.",
        "client": "A",
        "neglected": "B",
        "syscall": "recvfrom",
        "source_line": 6,
        "step": 5,
    }
    return make_report(
        outcome="failed",
        verdict="Your server slept on A while B's 5 bytes lay ready.",
        half_line={
            "outcome": "failed",
            "points": 0,
            "steps": half_line_steps("failed"),
            "findings": [finding],
        },
    )


@pytest.fixture
def undecided_report() -> dict[str, Any]:
    return make_report(
        outcome="undecided",
        verdict="The examination took too long to be decided.",
        half_line={
            "outcome": "undecided",
            "points": 0,
            "steps": half_line_steps("undecided"),
            "findings": [],
        },
    )
