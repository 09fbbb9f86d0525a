"""The pages about one run: who sees what, and what may be taken away or stopped."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses.models import Attempt
from grader import artefacts, queries
from grader.models import Evidence, Run
from iomodels.trace.sifting import pack
from tests.courses import examples
from tests.courses.examples import PROGRAM, School
from tests.iomodels.figures.samples import sequential

OK, TO_ATTEMPT, FORBIDDEN, MISSING = 200, 302, 403, 404
TEACHING = ("assistant", "instructor", "staff")
SCENARIO = "A half line must not hold up the others"
SLUG = "a-half-line-must-not-hold-up-the-others"
TRACE = '4711 1700000000.000042 recvfrom(4, "hel", 4096, 0, NULL, NULL) = 3 <0.000007>\n'


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the lanes that would have been woken; there is no broker here."""
    lanes: list[str] = []
    monkeypatch.setattr("grader.submissions.wake", lanes.append)
    monkeypatch.setattr("grader.submissions.announce", lambda _: None)
    return lanes


@pytest.fixture
def get(school: School, client: Client) -> Callable[..., HttpResponse]:
    """Open a page about a run: `get(run, "report.json", by="student")`."""

    def get(run: Run, name: str = "", *, by: str = "student") -> HttpResponse:
        client.force_login(getattr(school, by))
        return client.get(f"/runs/{run.pk}/{name}")  # type: ignore[return-value]

    return get


@pytest.fixture
def post(school: School, client: Client) -> Callable[..., HttpResponse]:
    """Press a button of a run's page: `post(run, "cancel", by="student")`."""

    def post(run: Run, verb: str, *, by: str = "student") -> HttpResponse:
        client.force_login(getattr(school, by))
        return client.post(f"/runs/{run.pk}/{verb}/")  # type: ignore[return-value]

    return post


@pytest.fixture
def graded(make_attempt: Callable[..., Attempt]) -> Run:
    """Hand in what failed the second of two scenarios, which has a timeline."""
    report = examples.traced(examples.failed_report())
    run = run_of(make_attempt(report=report, ledgers=[None, sequential()]))
    Evidence.objects.update(record={"scenarios": [{"trace": ""}, {"trace": pack(TRACE)}]})
    return run


def run_of(attempt: Attempt) -> Run:
    return attempt.submission.runs.get()


def claim(worker: str = "worker@one:7") -> Run:
    run = queries.claim("interactive", worker)
    assert run is not None
    return run


def text(page: HttpResponse) -> str:
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize("name", ["", "server.py", "report.json", "everything.zip"])
@pytest.mark.parametrize(
    ("by", "status"),
    [
        ("student", OK),
        ("other_student", MISSING),
        ("stranger", MISSING),
        *((teacher, OK) for teacher in TEACHING),
    ],
)
def test_a_run_is_for_its_student_and_those_who_teach(
    name: str, by: str, status: int, graded: Run, get: Callable[..., HttpResponse]
) -> None:
    assert get(graded, name, by=by).status_code == status


@pytest.mark.parametrize("name", ["", "server.py"])
def test_nobody_sees_a_run_without_signing_in(name: str, graded: Run, client: Client) -> None:
    page = client.get(f"/runs/{graded.pk}/{name}")

    assert (page.status_code, page["Location"]) == (
        302,
        f"/accounts/login/?next=/runs/{graded.pk}/{name}",
    )


def test_a_page_lists_the_files_of_its_run(graded: Run, get: Callable[..., HttpResponse]) -> None:
    page = text(get(graded))

    listed = [one.name for one in artefacts.artefacts(graded)]
    assert len(listed) == 6
    assert [
        name for name in listed if f'href="/runs/{graded.pk}/{name}" download' in page
    ] == listed


def test_a_page_lists_the_files_of_scenarios_apart(
    graded: Run, get: Callable[..., HttpResponse]
) -> None:
    page = text(get(graded))

    files = f"/runs/{graded.pk}"
    assert (
        f"<li>{SCENARIO}: "
        f'<a href="{files}/timeline-2-{SLUG}.svg" download>its timeline</a>, '
        f'<a href="{files}/calls-2-{SLUG}.txt" download>its system calls, as strace wrote them</a>'
        "</li>"
    ) in page
    assert page.count("its timeline") == 1


def test_a_page_lists_the_files_of_each_scenario(
    make_attempt: Callable[..., Attempt], get: Callable[..., HttpResponse]
) -> None:
    report = examples.traced(examples.failed_report())
    run = run_of(make_attempt(report=report, ledgers=[sequential(), sequential()]))

    page = text(get(run))

    starts = [f"<li>{name}: <a " in page for name in ("A line comes back", SCENARIO)]
    assert (starts, page.count(">its timeline</a>")) == ([True, True], 2)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("server.py", "text/plain"),
        ("report.json", "application/json"),
        ("record.json", "application/json"),
        (f"timeline-2-{SLUG}.svg", "image/svg+xml"),
        (f"calls-2-{SLUG}.txt", "text/plain"),
        ("everything.zip", "application/zip"),
    ],
)
def test_a_download_never_becomes_a_page_of_this_site(
    name: str, media_type: str, graded: Run, get: Callable[..., HttpResponse]
) -> None:
    answer = get(graded, name)

    assert {
        key: answer.get(key)
        for key in (
            "Content-Type",
            "Content-Disposition",
            "Content-Security-Policy",
            "X-Content-Type-Options",
        )
    } == {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="run-{graded.pk}-{name}"',
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }


def test_a_download_has_the_content(graded: Run, get: Callable[..., HttpResponse]) -> None:
    assert get(graded, "server.py").content == PROGRAM.encode()
    assert get(graded, f"calls-2-{SLUG}.txt").content == TRACE.encode()


@pytest.mark.parametrize("name", ["server.c", "timeline-1-a-line-comes-back.svg", "..", "cancel"])
def test_a_file_that_is_not_there_is_missing(
    name: str, graded: Run, get: Callable[..., HttpResponse]
) -> None:
    assert get(graded, name).status_code == MISSING


def test_a_file_that_turns_out_empty_is_missing(
    graded: Run, get: Callable[..., HttpResponse]
) -> None:
    Evidence.objects.update(record={})

    assert get(graded, f"calls-2-{SLUG}.txt").status_code == MISSING


def test_a_page_tells_each_try(
    make_attempt: Callable[..., Attempt], get: Callable[..., HttpResponse]
) -> None:
    make_attempt()
    queries.give_back(claim("worker@one:7"), "bwrap is missing")
    Run.objects.update(not_before=None)
    run = claim("worker@two:8")

    page, teachers = text(get(run)), text(get(run, by="instructor"))

    assert "<td>worker@one:7</td>" in page
    assert "<td> the grader had trouble </td>" in page
    assert "<td>worker@two:8</td>" in page
    assert "<td> it is at it </td>" in page
    assert ("bwrap is missing" in page, "bwrap is missing" in teachers) == (False, True)


def test_a_page_tells_of_a_worker_that_came_back_too_late(
    make_attempt: Callable[..., Attempt], get: Callable[..., HttpResponse]
) -> None:
    make_attempt()
    run = claim()
    queries.take_back(run)
    queries.note_late(run)

    says = "its worker fell silent; it came back too late, and what it had found was dropped"
    assert says in text(get(run))


def test_a_page_links_the_other_runs_of_its_attempt(
    graded: Run, get: Callable[..., HttpResponse]
) -> None:
    other = graded.submission.runs.create(reason=Run.Reason.REGRADE)

    assert f'<a href="/runs/{other.pk}/">Run {other.pk}</a>: Regrade, queued' in text(get(graded))
    assert "Other runs" in text(get(other))


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize("by", ["student", *TEACHING])
def test_an_open_run_is_cancelled_by_its_student_and_those_who_teach(
    by: str, state: str, make_attempt: Callable[..., Attempt], post: Callable[..., HttpResponse]
) -> None:
    attempt = make_attempt(state=state)

    answer = post(run_of(attempt), "cancel", by=by)

    run = run_of(attempt)
    assert (answer.status_code, answer["Location"]) == (TO_ATTEMPT, f"/attempts/{attempt.pk}/")
    assert (run.state, run.cause) == ("cancelled", f"Cancelled by {by}.")


@pytest.mark.parametrize("by", ["other_student", "stranger"])
def test_nobody_else_cancels_a_run(
    by: str, make_attempt: Callable[..., Attempt], post: Callable[..., HttpResponse]
) -> None:
    run = run_of(make_attempt())

    assert post(run, "cancel", by=by).status_code == MISSING
    run.refresh_from_db()
    assert run.state == "queued"


@pytest.mark.parametrize(
    ("by", "status", "state"),
    [("student", FORBIDDEN, "queued"), ("instructor", TO_ATTEMPT, "cancelled")],
)
def test_a_regrade_is_cancelled_by_those_who_teach_alone(
    by: str, status: int, state: str, graded: Run, post: Callable[..., HttpResponse]
) -> None:
    regrade = graded.submission.runs.create(reason=Run.Reason.REGRADE)

    answer = post(regrade, "cancel", by=by)

    regrade.refresh_from_db()
    assert (answer.status_code, regrade.state) == (status, state)


def test_a_repeat_is_cancelled_by_its_student(
    make_attempt: Callable[..., Attempt],
    post: Callable[..., HttpResponse],
    undecided_report: dict[str, Any],
) -> None:
    attempt = make_attempt(report=undecided_report)
    repeat = attempt.submission.runs.create(reason=Run.Reason.REPEAT)

    post(repeat, "cancel")

    repeat.refresh_from_db()
    assert repeat.state == "cancelled"


def test_cancelling_after_the_end_changes_nothing_and_shows_the_result(
    graded: Run, post: Callable[..., HttpResponse]
) -> None:
    before = Run.objects.values().get()

    answer = post(graded, "cancel")

    attempt = Attempt.objects.get()
    assert (answer.status_code, answer["Location"]) == (TO_ATTEMPT, f"/attempts/{attempt.pk}/")
    assert Run.objects.values().get() == before


@pytest.mark.parametrize("verb", ["cancel", "again"])
def test_buttons_need_a_post(verb: str, graded: Run, get: Callable[..., HttpResponse]) -> None:
    assert get(graded, f"{verb}/").status_code == 405


@pytest.mark.parametrize(
    ("state", "by", "buttons"),
    [
        ("queued", "student", ["Take it back"]),
        ("running", "student", ["Stop it"]),
        ("cancelled", "student", []),
        ("queued", "instructor", ["Take it back"]),
        ("cancelled", "instructor", ["Grade it again"]),
    ],
)
def test_a_page_has_the_buttons_that_would_work(
    state: str,
    by: str,
    buttons: list[str],
    make_attempt: Callable[..., Attempt],
    get: Callable[..., HttpResponse],
) -> None:
    page = text(get(run_of(make_attempt(state=state)), by=by))

    every = ("Take it back", "Stop it", "Grade it again")
    assert [button for button in every if f">{button}</button>" in page] == buttons


@pytest.mark.parametrize("by", TEACHING)
def test_those_who_teach_have_it_graded_again(
    by: str, graded: Run, post: Callable[..., HttpResponse]
) -> None:
    answer = post(graded, "again", by=by)

    regrade = Run.objects.exclude(pk=graded.pk).get()
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{regrade.pk}/")
    assert (regrade.submission, regrade.reason, regrade.state) == (
        (graded.submission, "regrade", "queued")
    )


@pytest.mark.parametrize(
    ("by", "status"), [("student", FORBIDDEN), ("other_student", MISSING), ("stranger", MISSING)]
)
def test_nobody_else_has_it_graded_again(
    by: str, status: int, graded: Run, post: Callable[..., HttpResponse]
) -> None:
    assert post(graded, "again", by=by).status_code == status
    assert Run.objects.get() == graded


@pytest.mark.parametrize("rows", [1, 3])
def test_a_run_asks_as_often_for_one_try_as_for_three(
    rows: int,
    make_attempt: Callable[..., Attempt],
    school: School,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = run_of(make_attempt())
    for _ in range(rows):
        queries.hand_back(claim())
        run.submission.runs.create(reason=Run.Reason.REGRADE, state=Run.State.CANCELLED)
    client.force_login(school.student)

    # Session, user, run, role, tries, other runs.
    with django_assert_num_queries(6):
        assert client.get(f"/runs/{run.pk}/").status_code == OK
