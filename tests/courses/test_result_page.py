from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from courses.models import Attempt
from tests.courses.examples import School, traced
from tests.iomodels.figures.samples import select_loop, sequential

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = "this attempt does not count against you"


@pytest.fixture
def page(school: School, client: Client) -> Callable[..., str]:
    """Read an attempt's page as its student does, without markup: `page(attempt)`."""

    def read(attempt: Attempt, *, by: str = "student") -> str:
        client.force_login(getattr(school, by))
        response = client.get(f"/attempts/{attempt.pk}/")
        return " ".join(response.content.decode().split())

    return read


def test_a_failed_attempt_says_what_happened(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=failed_report))

    assert "Your server slept on A while B&#x27;s 5 bytes lay ready." in html
    assert "4 of 10 points" in html
    assert '<details class="scenario scenario-failed" open>' in html
    assert '<details class="scenario scenario-passed">' in html
    assert "B&#x27;s 5 bytes lie ready in the kernel. Only A can wake it." in html
    assert "asleep in recvfrom on A" in html
    assert "asleep here in recvfrom on A while B is waiting" in html
    assert "python -m grader check echo server.py" in html
    assert "Change it and try again" in html


def test_signs_come_with_words(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=failed_report))

    for sign, word in (("✓", "passed"), ("✗", "failed"), ("\N{EN DASH}", "skipped")):
        mark = f'aria-hidden="true">{sign}</span>'
        assert f'{mark} <span class="visually-hidden">{word}:</span>' in html


def test_a_passed_attempt_says_so_and_folds_everything(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], passed_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=passed_report))

    assert "Your server waited for everybody at once, as it should." in html
    assert "10 of 10 points" in html
    assert "2 of 2 scenarios passed" in html
    assert "What happened" not in html
    assert '<details class="scenario scenario-passed" open>' not in html


def test_an_undecided_attempt_is_our_trouble(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], undecided_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=undecided_report))

    assert OURS in html
    assert "not decided" in html


def test_a_broken_attempt_is_our_trouble_and_its_cause_is_for_those_who_teach(
    make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    attempt = make_attempt(state="broken", cause="bwrap is missing")

    assert OURS in page(attempt)
    assert "bwrap is missing" not in page(attempt)
    assert "bwrap is missing" in page(attempt, by="instructor")


def test_a_cancelled_attempt_does_not_count(
    make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    assert "This run was cancelled" in page(make_attempt(state="cancelled"))


def test_a_queued_attempt_has_a_place_and_works_without_javascript(
    school: School, make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    make_attempt(student=school.other_student)

    html = page(make_attempt())

    assert "Saved. It waits for a grader to be back at work." in html
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in html
    assert "sse-connect=" in html


def told(outcome: str | None) -> dict[str, Any]:
    """Return what a worker stores of a scenario that has come so far."""
    times = {None: (), "running": ("began_at",)}.get(outcome, ("began_at", "ended_at"))
    stored = {"name": f"Scenario {outcome}", "outcome": outcome}
    return stored | dict.fromkeys(times, NOW.isoformat())


def test_a_running_attempt_has_its_ticks(
    make_attempt: Callable[..., Attempt], page: Callable[..., str]
) -> None:
    progress = [told("passed"), told("running"), told(None)]

    html = page(make_attempt(state="running", started_at=NOW, progress=progress))

    assert "Running scenario 2 of 3" in html
    assert html.index("tick tick-passed") < html.index("tick tick-running")
    assert "to come" in html


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [
        ([], "Preparing"),
        (["running", None], "Running scenario 1 of 2"),
        (["passed", None], "Running scenario 2 of 2"),
        (["passed", "failed"], "Reporting"),
    ],
)
def test_the_headline_does_not_go_back_between_two_scenarios(
    outcomes: list[str | None],
    headline: str,
    make_attempt: Callable[..., Attempt],
    page: Callable[..., str],
) -> None:
    progress = [told(outcome) for outcome in outcomes]

    html = page(make_attempt(state="running", started_at=NOW, progress=progress))

    assert f'<p class="verdict-sentence">{headline}</p>' in html


def test_what_a_program_printed_is_escaped(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    failed_report["output"] = "<script>alert(1)</script>"
    failed_report["scenarios"][1]["findings"][0]["message"] = "<b>loud</b>"

    html = page(make_attempt(report=failed_report))

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;b&gt;loud&lt;/b&gt;" in html


def test_all_attempts_are_listed_with_their_outcomes(
    make_attempt: Callable[..., Attempt],
    page: Callable[..., str],
    failed_report: dict[str, Any],
    passed_report: dict[str, Any],
) -> None:
    first = make_attempt(report=failed_report)

    html = page(make_attempt(report=passed_report))

    assert f'<a href="/attempts/{first.pk}/">1</a>' in html
    assert "2 (this one)" in html


def test_the_polled_part_is_the_same_with_a_sentence_for_screen_readers(
    school: School,
    client: Client,
    make_attempt: Callable[..., Attempt],
    passed_report: dict[str, Any],
) -> None:
    client.force_login(school.student)
    attempt = make_attempt(report=passed_report)

    html = client.get(f"/attempts/{attempt.pk}/state/").content.decode()

    assert '<span id="news" hx-swap-oob="innerHTML">Passed</span>' in html
    assert "data-final" in html
    assert "<html" not in html


def test_how_the_server_waited_is_told_with_reasons_and_costs(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=traced(failed_report, harmful_ms=12.34)))

    assert '<p class="conduct-title">Multiplexing with select</p>' in html
    assert "<li>9 of 9 messages: its reader slept in select.</li>" in html
    assert '<div class="is-bad"> <dt>Clients kept waiting</dt>' in html
    assert '<span aria-hidden="true">✗ </span><strong>12 ms</strong>' in html


def test_an_old_report_says_nothing_of_it(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    html = page(make_attempt(report=failed_report))

    assert "How your server waited" not in html
    assert "Timeline" not in html
    assert "<dt>Threads</dt><dd>1</dd>" in html


def test_the_timeline_of_what_is_unfolded_is_there_and_the_others_are_asked_for(
    make_attempt: Callable[..., Attempt], page: Callable[..., str], failed_report: dict[str, Any]
) -> None:
    attempt = make_attempt(report=traced(failed_report), ledgers=[select_loop(), sequential()])

    html = page(attempt)

    first, second = (f"/attempts/{attempt.pk}/scenarios/{number}/timeline/" for number in (1, 2))
    assert html.count('<figure class="timeline">') == 1
    assert "Nobody looked after B for" in html
    assert f'hx-get="{first}"' in html
    assert f'<a href="{first}">Show the timeline</a>' in html
    assert second not in html
    assert "htmx-2.0.11.min.js" in html
