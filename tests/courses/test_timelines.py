"""A scenario's figure: who gets it, in which form, and that nothing in it can do harm."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client

from courses.attempts import shown_run
from courses.models import Attempt
from courses.timelines import draw, timeline_of
from grader.models import Evidence
from iomodels.ledger import Ledger
from iomodels.trace.sifting import pack
from tests.courses import examples
from tests.courses.examples import School
from tests.iomodels.figures.samples import life, select_loop, sequential

NONE = "There is no timeline of this scenario"
HOSTILE = '</title></svg><script>alert("x")</script><b onclick=x>'


@pytest.fixture
def attempt(make_attempt: Callable[..., Attempt]) -> Attempt:
    """Hand in what passed the first scenario and slept on A in the second."""
    report = examples.traced(examples.failed_report())
    return make_attempt(report=report, ledgers=[select_loop(), sequential()])


@pytest.fixture
def ask(school: School, client: Client) -> Callable[..., HttpResponse]:
    """Ask for a figure: `ask(attempt, 2, by="student", is_part=True)`."""

    def ask(
        attempt: Attempt, scenario: int, *, by: str = "student", is_part: bool = False
    ) -> HttpResponse:
        client.force_login(getattr(school, by))
        headers = {"HX-Request": "true"} if is_part else {}
        address = f"/attempts/{attempt.pk}/scenarios/{scenario}/timeline/"
        return client.get(address, headers=headers)  # type: ignore[return-value]

    return ask


def test_a_scenario_has_the_timeline_of_its_own_ledger(attempt: Attempt) -> None:
    run = shown_run(attempt)

    assert [timeline_of(run, scenario=number) for number in (1, 2)] == [
        draw(select_loop(), number=1, name="A line comes back"),
        draw(sequential(), number=2, name="A half line must not hold up the others"),
    ]


def test_a_timeline_says_who_was_neglected_in_words_and_numbers(attempt: Attempt) -> None:
    found = timeline_of(shown_run(attempt), scenario=2)

    assert found is not None
    assert found.summary.startswith("Nobody looked after B for ")
    assert ["B" in note for note in found.notes] == [True]
    assert [row[1:3] for row in found.table.rows[:1]] == [("recvfrom", "on A")]


@pytest.mark.parametrize("scenario", [0, 3, 10**30])
def test_a_number_that_no_scenario_has_gives_no_timeline(attempt: Attempt, scenario: int) -> None:
    assert timeline_of(shown_run(attempt), scenario=scenario) is None


@pytest.mark.parametrize("ledgers", [(), (None, None)])
def test_without_a_ledger_there_is_no_timeline(
    make_attempt: Callable[..., Attempt], ledgers: Sequence[Ledger | None]
) -> None:
    attempt = make_attempt(report=examples.failed_report(), ledgers=ledgers)

    assert [timeline_of(shown_run(attempt), scenario=number) for number in (1, 2)] == [None, None]


def test_a_run_without_evidence_has_no_timeline(attempt: Attempt) -> None:
    Evidence.objects.all().delete()

    assert timeline_of(shown_run(attempt), scenario=1) is None


def test_a_ledger_that_cannot_be_read_costs_the_figure_and_not_the_page(
    attempt: Attempt, school: School, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    Evidence.objects.update(ledgers=[pack('{"of": "another release"}')] * 2)
    client.force_login(school.student)

    page = client.get(f"/attempts/{attempt.pk}/")

    assert page.status_code == 200
    assert "Your server slept on A" in page.content.decode()
    assert NONE in page.content.decode()
    assert "no ledger of scenario 2: Object missing required field" in caplog.text


def test_an_unfinished_run_has_no_timeline(make_attempt: Callable[..., Attempt]) -> None:
    assert timeline_of(shown_run(make_attempt()), scenario=1) is None


def test_htmx_gets_the_figure_alone_and_a_browser_a_page(
    attempt: Attempt, ask: Callable[..., HttpResponse]
) -> None:
    part, page = ask(attempt, 2, is_part=True), ask(attempt, 2)

    figure = '<figure class="timeline">'
    assert (part.status_code, page.status_code) == (200, 200)
    assert part.content.decode().strip().startswith(figure)
    assert "<html" not in part.content.decode()
    assert "<html" in page.content.decode()
    assert figure in page.content.decode()
    assert f'<a href="/attempts/{attempt.pk}/">Echo, attempt 1</a>, scenario 2' in (
        page.content.decode()
    )


@pytest.mark.parametrize(("is_part", "status"), [(True, 200), (False, 404)])
def test_a_figure_that_is_not_there_is_said_to_be_missing(
    attempt: Attempt, ask: Callable[..., HttpResponse], *, is_part: bool, status: int
) -> None:
    answer = ask(attempt, 99, is_part=is_part)

    assert (answer.status_code, NONE in answer.content.decode()) == (status, True)


def test_a_figure_is_kept_by_the_browser_and_asked_for_again(
    attempt: Attempt, ask: Callable[..., HttpResponse], client: Client
) -> None:
    first = ask(attempt, 2, is_part=True)
    again = client.get(
        f"/attempts/{attempt.pk}/scenarios/2/timeline/",
        headers={"HX-Request": "true", "If-None-Match": first["ETag"]},
    )

    assert again.status_code == 304
    assert {"private", "no-cache"} <= set(first["Cache-Control"].split(", "))
    assert "HX-Request" in first["Vary"]


def test_names_cannot_leave_the_figure() -> None:
    harmless = sequential()
    renamed = tuple(
        one._replace(client=HOSTILE) if one.client == "B" else one for one in harmless.marks
    )
    lives = (replace(life(4711, "main", 0, 12_000, harmless.sleeps), name=HOSTILE),)
    ledger = replace(harmless, marks=renamed, lives=lives)

    drawn = draw(ledger, number=1, name=HOSTILE)

    assert "&lt;script&gt;" in drawn.svg
    assert "<script" not in drawn.svg
    assert "<b" not in drawn.svg
    assert drawn.svg.count("</svg>") == 1


def test_names_cannot_leave_the_page(
    make_attempt: Callable[..., Attempt], ask: Callable[..., HttpResponse], client: Client
) -> None:
    report = examples.traced(examples.failed_report(), title=HOSTILE, reasons=(HOSTILE,))
    report["scenarios"][1]["name"] = HOSTILE
    attempt = make_attempt(report=report, ledgers=[None, sequential()])

    drawn = [ask(attempt, 2).content, ask(attempt, 2, is_part=True).content]
    page = client.get(f"/attempts/{attempt.pk}/").content

    for html in map(bytes.decode, [*drawn, page]):
        assert "<script>" not in html
        assert "<b onclick" not in html
        assert "&lt;script&gt;alert(" in html
