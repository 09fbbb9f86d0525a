"""An exercise that takes Python and C: what the page begins with, and what is handed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import Attempt
from grader.models import Submission
from tests.courses.examples import IN_BOTH_LANGUAGES, School

ADDRESS = "/courses/io/multiplexing/echo/"


@pytest.fixture(autouse=True)
def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.submissions.wake", str)


@pytest.fixture
def student(school: School, client: Client) -> Client:
    """Sign a student in, whose exercise takes both."""
    exercise = school.assignment.exercise
    exercise.published = exercise.revisions.create(
        number=2, files=IN_BOTH_LANGUAGES, digest="1" * 64
    )
    exercise.save()
    client.force_login(school.student)
    return client


def test_the_page_begins_with_the_language_that_is_asked_for(student: Client) -> None:
    first = student.get(ADDRESS).content.decode()
    asked = student.get(ADDRESS, {"language": "c"}).content.decode()

    assert "# Begin here." in first
    assert '<a href="?language=python" aria-current="true">Python</a>' in first
    assert '<input type="hidden" name="language" value="python"' in first
    assert "/* Begin in C. */" in asked
    assert '<input type="hidden" name="language" value="c"' in asked


def test_an_exercise_in_one_language_offers_no_choice(school: School, client: Client) -> None:
    client.force_login(school.student)

    page = client.get(ADDRESS, {"language": "c"}).content.decode()

    assert "?language=" not in page
    assert "# Begin here." in page


def test_a_text_is_handed_in_under_the_name_of_its_language(student: Client) -> None:
    student.post(ADDRESS, {"program": "int x;", "language": "c"})

    assert Submission.objects.get().file_name == "server.c"


def test_a_file_is_handed_in_under_the_name_of_its_language(student: Client) -> None:
    file = SimpleUploadedFile("mine.c", b"int x;")

    student.post(ADDRESS, {"program": "print()", "language": "python", "file": file})

    assert Submission.objects.get().file_name == "server.c"
    assert Submission.objects.get().program == "int x;"


def test_the_page_goes_on_with_the_last_attempt_in_each_language(student: Client) -> None:
    student.post(ADDRESS, {"program": "in_python = 1", "language": "python"})
    student.post(ADDRESS, {"program": "int in_c = 1;", "language": "c"})

    last = student.get(ADDRESS).content.decode()
    asked = student.get(ADDRESS, {"language": "python"}).content.decode()

    assert "int in_c = 1;" in last
    assert "This is your last attempt in C." in last
    assert "in_python = 1" in asked


def test_what_was_refused_stays_in_its_language(student: Client) -> None:
    page = student.post(ADDRESS, {"program": " ", "language": "c"}).content.decode()

    assert '<input type="hidden" name="language" value="c"' in page
    assert "it is empty" in page


def test_a_result_shows_the_programs_name_and_what_the_compiler_said(
    student: Client, make_attempt: Callable[..., Attempt], passed_report: dict[str, Any]
) -> None:
    attempt = make_attempt(report=passed_report | {"compiler": "server.c:3:5: warning: <unused>"})
    Submission.objects.update(file_name="server.c", program="int x;\n")

    page = student.get(f"/attempts/{attempt.pk}/").content.decode()

    assert "What the compiler said" in page
    assert "server.c:3:5: warning: &lt;unused&gt;" in page
    assert "python -m grader check echo server.c" in page
    assert '<span class="kt">int</span>' in page
    assert "server.py" not in page
