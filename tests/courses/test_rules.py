from collections.abc import Callable

import pytest
from django.test import Client

from grader.models import Revision
from tests.courses.examples import EXERCISE_FILES, EXERCISE_TOML, School

ADDRESS = "/courses/io/multiplexing/echo/"


@pytest.fixture
def exercise_page(school: School, client: Client) -> Callable[..., str]:
    """Read the exercise's page, asked for with these lines: `exercise_page('model = "select"')`."""

    def read(lines: str) -> str:
        files = EXERCISE_FILES | {"exercise.toml": f"{lines}\n{EXERCISE_TOML}"}
        Revision.objects.update(files=files)
        client.force_login(school.student)
        return " ".join(client.get(ADDRESS).content.decode().split())

    return read


def test_the_exercise_says_how_a_server_has_to_wait(exercise_page: Callable[..., str]) -> None:
    html = exercise_page('model = "epoll"\nrules = {at-most-threads = 1, rests = true}')

    assert (
        '<ul class="rules"> '
        "<li><strong>Wait for your clients in the way that the exercise asks for.</strong> "
        "Asked for: multiplexing with epoll.</li>"
        "<li><strong>Serve everybody with at most 1 thread.</strong></li>"
        "<li><strong>Fall asleep when nobody has anything to say.</strong></li> "
        "</ul>"
    ) in html


def test_an_exercise_without_rules_says_nothing_of_them(
    exercise_page: Callable[..., str],
) -> None:
    assert "How it has to wait" not in exercise_page("")


def test_an_exercise_that_is_not_published_has_no_rules(school: School, client: Client) -> None:
    school.assignment.exercise.published = None
    school.assignment.exercise.save()
    client.force_login(school.student)

    html = client.get(ADDRESS).content.decode()

    assert "not published yet" in html
    assert "How it has to wait" not in html
