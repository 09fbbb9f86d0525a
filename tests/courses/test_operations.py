"""What those who run the site and their monitors are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains

from courses import operations
from courses.models import Attempt
from grader import queries
from grader.health import Part
from grader.models import Run
from tests.courses.examples import School
from tests.grader.examples import large_columns, process

PATH = "/grading/"
LONG_AGO = datetime(2026, 3, 1, 12, tzinfo=UTC)
FINE = Part(name="database", is_ok=True, says="answers")
AWAY = Part(name="broker", is_ok=False, says="does not answer")


@pytest.mark.parametrize(
    ("seen", "status", "body"),
    [
        (
            [FINE],
            200,
            {"ok": True, "parts": {"database": {"ok": True, "says": "answers"}}},
        ),
        (
            [FINE, AWAY],
            503,
            {
                "ok": False,
                "parts": {
                    "database": {"ok": True, "says": "answers"},
                    "broker": {"ok": False, "says": "does not answer"},
                },
            },
        ),
    ],
)
def test_readyz_says_of_each_part_whether_it_is_there(
    seen: list[Part],
    status: int,
    body: dict[str, object],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operations, "parts", lambda: seen)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (status, body)
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == (
        ("application/json", True)
    )


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        ("secret", "Bearer secret", 200),
        ("secret", "Bearer wrong", 401),
        ("secret", "Bearer ", 401),
        ("secret", "Bearer sécret", 401),
        ("", "Bearer ", 401),
        ("", "", 401),
    ],
)
@pytest.mark.django_db
def test_metrics_are_for_whoever_has_the_token(
    token: str, sent: str, status: int, client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = token

    answer = client.get("/metrics", headers={"Authorization": sent})

    is_told = answer.content.startswith(b"# HELP iomodels_")
    assert (answer.status_code, is_told) == (status, status == 200)


@pytest.mark.parametrize(
    ("by", "status"), [("staff", 200), ("instructor", 401), ("student", 401), (None, 401)]
)
def test_metrics_are_for_staff(by: str | None, status: int, school: School, client: Client) -> None:
    if by:
        client.force_login(getattr(school, by))

    answer = client.get("/metrics")

    assert answer.status_code == status


@pytest.mark.django_db
def test_metrics_say_how_they_are_asked_for(client: Client) -> None:
    answer = client.get("/metrics")

    assert answer["WWW-Authenticate"] == "Bearer"
    assert b"METRICS_TOKEN" in answer.content


def test_metrics_have_the_type_that_prometheus_reads(school: School, client: Client) -> None:
    client.force_login(school.staff)

    assert client.get("/metrics")["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("by", "status"),
    [("staff", 200), ("instructor", 403), ("assistant", 403), ("student", 403), (None, 302)],
)
def test_the_page_about_grading_is_for_staff(
    by: str | None, status: int, school: School, client: Client
) -> None:
    if by:
        client.force_login(getattr(school, by))

    assert client.get(PATH).status_code == status


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), ({"HX-Request": "true"}, False)])
def test_htmx_gets_the_part_that_changes(
    headers: dict[str, str], admin_client: Client, *, is_page: bool
) -> None:
    html = admin_client.get(PATH, headers=headers).content.decode()

    assert 'id="queue"' in html
    assert ("<html" in html, 'hx-trigger="every 3s"' in html) == (is_page, is_page)


def test_the_page_tells_what_each_worker_grades(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    process("worker@one")
    process("worker@two", silent_s=90)
    make_attempt()
    run = queries.claim("interactive", "worker@one:7")
    assert run is not None
    Run.objects.update(started_at=timezone.now() - timedelta(minutes=2, seconds=30))

    page = admin_client.get(PATH)

    assertContains(page, f"run {run.pk}: Echo, student, for 2 min<")
    assertContains(page, "1 slot free")
    assertContains(page, " free</span>", count=1)
    assertContains(page, "<strong>silent</strong> for 1 min<")


def test_the_page_tells_how_long_the_oldest_run_has_waited(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    for waited in (timedelta(minutes=1), timedelta(hours=2, minutes=5, seconds=30)):
        make_attempt(queued_at=timezone.now() - waited)

    assertContains(admin_client.get(PATH), "<td>2 h 5 min</td>", count=1)


def test_the_page_links_no_broken_run_that_was_graded_since(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    submission = make_attempt(state="broken", finished_at=LONG_AGO).submission
    result = {"state": "finished", "outcome": "passed", "report": {}, "points": 1, "out_of": 1}
    submission.runs.create(reason="regrade", finished_at=timezone.now(), **result)

    assertNotContains(admin_client.get(PATH), '<a href="/runs/')


def test_the_page_links_a_broken_run_and_shows_its_cause_as_text(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    attempt = make_attempt(state="broken", cause="<b>no</b> bwrap", finished_at=LONG_AGO)
    run = attempt.submission.runs.get()

    page = admin_client.get(PATH)

    assertContains(page, f'<a href="/runs/{run.pk}/">{run.pk}</a>')
    assertContains(page, "&lt;b&gt;no&lt;/b&gt; bwrap")


def test_the_page_counts_the_tries_of_the_last_day(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    make_attempt()
    run = queries.claim("interactive", "w")
    assert run is not None
    queries.hand_back(run)

    endings = admin_client.get(PATH).context["endings"]

    assert endings == [
        ("recorded a result", 0),
        ("given back after trouble of the grader", 0),
        ("handed back by a worker that was shut down", 1),
        ("taken back from a silent worker", 0),
        ("cancelled while running", 0),
        ("came back too late from a silent worker; dropped", 0),
    ]


@pytest.mark.parametrize("is_there", [True, False])
def test_the_page_gives_the_alarm_without_a_sweep(admin_client: Client, *, is_there: bool) -> None:
    process("sweep@one", kind="sweep", silent_s=0 if is_there else 60)

    said = assertNotContains if is_there else assertContains
    said(admin_client.get(PATH), "The sweep has not been heard of")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_one_worker_as_for_three(
    rows: int,
    make_attempt: Callable[..., Attempt],
    admin_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        process(f"worker@{number}")
        make_attempt(state="broken", finished_at=LONG_AGO)
        make_attempt(state="running", worker=f"worker@{number}:7", started_at=LONG_AGO)

    # Session, user; lanes, workers (2), sweep, stalled, throughput, tries (2), broken, machines.
    with django_assert_num_queries(12):
        page = admin_client.get(PATH)

    assertContains(page, "<div>run ", count=rows)
    assertContains(page, '<a href="/runs/', count=rows)


def test_the_page_reads_no_large_column(
    make_attempt: Callable[..., Attempt], admin_client: Client
) -> None:
    process("worker@one")
    make_attempt(state="broken", finished_at=LONG_AGO)
    make_attempt(state="running", worker="worker@one:7", started_at=LONG_AGO)

    with CaptureQueriesContext(connection) as asked:
        admin_client.get(PATH)

    assert large_columns(asked) == set()
