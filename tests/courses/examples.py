"""A small exercise, the people of a course, and reports as a grader writes them."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User

from courses.models import Assignment, Course, Lesson
from iomodels.report import Conduct

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

IN_BOTH_LANGUAGES = EXERCISE_FILES | {
    "exercise.toml": 'languages = ["python", "c"]\n' + EXERCISE_TOML,
    "starter.c": "/* Begin in C. */\n",
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


def passed_report() -> dict[str, Any]:
    return _report(
        outcome="passed",
        verdict="Your server waited for everybody at once, as it should.",
        half_line={
            "outcome": "passed",
            "points": 6,
            "steps": _half_line("passed"),
            "findings": [],
        },
    )


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
    return _report(
        outcome="failed",
        verdict="Your server slept on A while B's 5 bytes lay ready.",
        half_line={
            "outcome": "failed",
            "points": 0,
            "steps": _half_line("failed"),
            "findings": [finding],
        },
    )


def undecided_report() -> dict[str, Any]:
    return _report(
        outcome="undecided",
        verdict="The examination took too long to be decided.",
        half_line={
            "outcome": "undecided",
            "points": 0,
            "steps": _half_line("undecided"),
            "findings": [],
        },
    )


def conduct(**values: Any) -> dict[str, Any]:
    """Return the conduct of a server with select, as a report holds it."""
    plain: dict[str, Any] = {
        "model": "select",
        "family": "multiplexing",
        "title": "multiplexing with select",
        "reasons": (
            "9 of 9 messages: its reader slept in select.",
            "1 thread read from 2 clients.",
        ),
        "votes": 9,
        "harmful_ms": 0.0,
        "sleeps": 12,
        "refused_reads": 0,
        "calls": 27,
        "messages": 9,
        "threads": 1,
        "processes": 1,
    }
    return asdict(Conduct(**{**plain, **values}))


def traced(report: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Add to a report how the server waited: in each scenario, and in all."""
    scenarios = [{**one, "conduct": conduct(**values)} for one in report["scenarios"]]
    return {**report, "scenarios": scenarios, "conduct": conduct(**values)}


def _report(*, outcome: str, verdict: str, half_line: dict[str, Any]) -> dict[str, Any]:
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


def _half_line(fifth: str) -> list[dict[str, Any]]:
    rest = "passed" if fifth == "passed" else "skipped"
    return [
        _step(2, "connect A B", "passed"),
        _step(3, 'A sends "hel"', "passed"),
        _step(4, 'B sends "ping\\n"', "passed"),
        _step(5, 'B receives "ping\\n"', fifth, "asleep in recvfrom on A"),
        _step(6, 'A sends "lo\\n"', rest),
        _step(7, 'A receives "hello\\n"', rest),
    ]
