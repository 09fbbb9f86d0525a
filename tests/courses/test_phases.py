from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courses.phases import Phase, Played, phases, scenarios
from grader.models import Run


def at(second: float) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=second)


def told(name: str, outcome: str | None, *moments: float) -> dict[str, Any]:
    """Return a scenario's progress as a worker stores it: when it began, when it ended."""
    times = zip(("began_at", "ended_at"), moments, strict=False)
    return {"name": name, "outcome": outcome, **{key: at(one).isoformat() for key, one in times}}


def run(state: str, **values: Any) -> Run:
    return Run(state=state, queued_at=at(1), **values)


def laid_out(run: Run) -> list[tuple[str, str, int | None]]:
    return [(one.name, one.state, one.took_ms) for one in phases(run, submitted_at=at(0))]


def test_a_queued_run_waits_since_it_was_queued() -> None:
    assert phases(run("queued"), submitted_at=at(0)) == (
        Phase(name="Submitted", state="done", began_at=at(0), took=timedelta(seconds=1)),
        Phase(name="Queued", state="now", began_at=at(1)),
        Phase(name="Preparing", state="to come"),
        Phase(name="Running", state="to come"),
        Phase(name="Reporting", state="to come"),
    )


def test_a_run_that_is_tried_again_waits_as_if_it_had_not_begun() -> None:
    again = run("queued", started_at=at(3), progress=[told("One", "passed", 4, 5)])

    assert laid_out(again) == laid_out(run("queued"))


def test_a_claimed_run_is_prepared() -> None:
    assert laid_out(run("running", started_at=at(3))) == [
        ("Submitted", "done", 1000),
        ("Queued", "done", 2000),
        ("Preparing", "now", None),
        ("Running", "to come", None),
        ("Reporting", "to come", None),
    ]


@pytest.mark.parametrize(
    ("progress", "name"),
    [
        ([told("One", None), told("Two", None)], "Running scenario 1 of 2"),
        ([told("One", "running", 4), told("Two", None)], "Running scenario 1 of 2"),
        ([told("One", "failed", 4, 5), told("Two", None)], "Running scenario 2 of 2"),
        ([told("One", "failed", 4, 5), told("Two", "passed", 5, 6)], "Running"),
    ],
)
def test_a_running_run_tells_which_scenario_is_played(
    progress: list[dict[str, Any]], name: str
) -> None:
    running = run("running", started_at=at(3), progress=progress)

    assert laid_out(running)[3][0] == name


def test_a_running_run_runs_since_its_first_scenario() -> None:
    progress = [told("One", "passed", 4, 5), told("Two", "running", 5)]

    found = phases(run("running", started_at=at(3), progress=progress), submitted_at=at(0))

    assert found[2:] == (
        Phase(name="Preparing", state="done", began_at=at(3), took=timedelta(seconds=1)),
        Phase(name="Running scenario 2 of 2", state="now", began_at=at(4)),
        Phase(name="Reporting", state="to come"),
    )


def test_after_the_last_scenario_the_report_is_written() -> None:
    progress = [told("One", "passed", 4, 5), told("Two", "undecided", 5, 7)]

    found = laid_out(run("running", started_at=at(3), progress=progress))

    assert found[3:] == [("Running", "done", 3000), ("Reporting", "now", None)]


def test_a_finished_run_took_so_long_in_each_phase() -> None:
    progress = [told("One", "passed", 4, 5), told("Two", "skipped", 5, 7)]
    finished = run("finished", started_at=at(3), finished_at=at(7.25), progress=progress)

    assert laid_out(finished) == [
        ("Submitted", "done", 1000),
        ("Queued", "done", 2000),
        ("Preparing", "done", 1000),
        ("Running", "done", 3000),
        ("Reporting", "done", 250),
    ]


def test_a_finished_run_has_done_what_was_too_short_to_be_noted() -> None:
    finished = run("finished", started_at=at(3), finished_at=at(7))

    assert phases(finished, submitted_at=at(0))[2:] == (
        Phase(name="Preparing", state="done", began_at=at(3), took=timedelta(seconds=4)),
        Phase(name="Running", state="done"),
        Phase(name="Reporting", state="done"),
    )


@pytest.mark.parametrize("state", ["cancelled", "broken"])
def test_a_run_that_was_ended_while_queued_never_began(state: str) -> None:
    assert laid_out(run(state, finished_at=at(9))) == [
        ("Submitted", "done", 1000),
        ("Queued", "done", 8000),
        ("Preparing", "never", None),
        ("Running", "never", None),
        ("Reporting", "never", None),
    ]


def test_a_run_that_was_cancelled_while_running_ends_there() -> None:
    progress = [told("One", "running", 4), told("Two", None)]
    cancelled = run("cancelled", started_at=at(3), finished_at=at(6), progress=progress)

    assert laid_out(cancelled)[2:] == [
        ("Preparing", "done", 1000),
        ("Running", "done", 2000),
        ("Reporting", "never", None),
    ]


def test_a_clock_that_is_behind_makes_no_negative_time() -> None:
    assert laid_out(run("running", started_at=at(-5)))[1] == ("Queued", "done", 0)


def test_scenarios_are_told_as_far_as_they_are_known() -> None:
    progress = [told("One", "passed", 4, 5.5), told("Two", "running", 6), told("Three", None)]

    assert scenarios(run("running", progress=progress)) == (
        Played(number=1, name="One", outcome="passed", began_at=at(4), took_ms=1500),
        Played(number=2, name="Two", outcome="running", began_at=at(6), took_ms=None),
        Played(number=3, name="Three", outcome="", began_at=None, took_ms=None),
    )


@pytest.mark.parametrize(
    ("outcome", "is_decided"),
    [("passed", True), ("failed", True), ("undecided", True), ("skipped", True),
     ("running", False), (None, False)],
)  # fmt: skip
def test_a_scenario_is_decided_when_it_is_over(outcome: str | None, *, is_decided: bool) -> None:
    [played] = scenarios(run("running", progress=[told("One", outcome)]))

    assert played.is_decided is is_decided
