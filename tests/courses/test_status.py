from collections.abc import Callable

import pytest
from django.test import Client

from courses.models import Attempt
from courses.status import spoken
from tests.courses.examples import School
from tests.grader.examples import finished, process


@pytest.fixture
def page(school: School, client: Client) -> Callable[..., str]:
    """Read an attempt's page as its student does: `page(attempt)`."""
    client.force_login(school.student)
    return lambda attempt: client.get(f"/attempts/{attempt.pk}/").content.decode()


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "in a few seconds"),
        (19, "in a few seconds"),
        (20, "in about 20 seconds"),
        (44, "in about 40 seconds"),
        (89, "in about 90 seconds"),
        (90, "in about 2 minutes"),
        (180, "in about 3 minutes"),
        (90 * 60 - 1, "in about 90 minutes"),
        (90 * 60, "in about 2 hours"),
        (3 * 3600, "in about 3 hours"),
    ],
)
def test_a_time_to_wait_is_spoken_as_people_do(seconds: int, says: str) -> None:
    assert spoken(seconds) == says


@pytest.mark.parametrize(
    ("took_s", "says"),
    [(2, "Probably decided in a few seconds."), (40, "Probably decided in about 40 seconds.")],
)
def test_a_page_says_when_it_will_probably_be_decided(
    took_s: float, says: str, make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    process(slots=1)
    finished(took_s=took_s)

    assert says in page(make_attempt())


def test_a_page_promises_no_time_where_nothing_tells(
    make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    assert "Probably decided" not in page(make_attempt())
