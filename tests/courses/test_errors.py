import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from courses.views import bad_request
from tests.courses.examples import School


def test_a_missing_page_says_what_to_do(school: School, client: Client) -> None:
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SuspiciousOperation(), 400, "could not be understood"),
        (RequestDataTooBig(), 413, "That was too large"),
    ],
)
def test_a_bad_request_says_what_was_bad(
    error: Exception, status: int, sentence: str, rf: RequestFactory
) -> None:
    response = bad_request(rf.post("/"), error)

    assert response.status_code == status
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (OperationalError("database or disk is full"), (503, True, False)),
        (InterfaceError("connection already closed"), (503, True, False)),
        (ZeroDivisionError(), (500, False, True)),
    ],
)
def test_a_database_that_is_away_is_told_apart_from_a_mistake(
    error: Exception,
    answer: tuple[int, bool, bool],
    school: School,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    client = Client(raise_request_exception=False)
    client.force_login(school.student)
    monkeypatch.setattr("courses.views.hand_in", fail)

    response = client.post("/courses/io/multiplexing/echo/", {"program": "pass"})

    page = response.content.decode()
    said = ("Nothing was stored" in page, "This is our fault" in page)
    assert (response.status_code, *said) == answer


@pytest.mark.parametrize("number", ["400", "403", "403_csrf", "404", "413", "500", "503"])
def test_every_error_page_can_be_drawn_without_a_request(number: str) -> None:
    html = render_to_string(f"{number}.html")

    assert "<h1>" in html
    assert 'href="/"' in html


def test_a_form_from_elsewhere_is_refused(school: School) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(school.stranger)

    response = client.post("/courses/io/")

    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
