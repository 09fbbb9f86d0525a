import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iomodels import record as records
from iomodels.demands import Demands
from iomodels.judging import OUTPUT_SHOWN, Task, judge, judge_scenario
from iomodels.record import Failing, Outcome, Record, ScenarioRecord
from iomodels.report import Report, Resources, ScenarioReport, StepReport, as_json
from tests.iomodels.examples import NOT_ANSWERED, failed, moment, scenario, sleep, step
from tests.iomodels.strategies import NUMBERS, STEPS, TEXT

HELD = scenario(step())
FAILED = scenario(step(), step(Outcome.FAILED, failure=NOT_ANSWERED), step(Outcome.SKIPPED))
UNDECIDED = scenario(step(Outcome.UNDECIDED, failure=failed(Failing.SAFETY_NET)))
NO_DEMANDS = Demands()
BUSY = (
    "There was no verdict within the real time that a scenario may take; it costs you nothing. "
    "A machine that is too busy can be the reason, or a very slow server."
)


def judged(*played: ScenarioRecord, demands: Demands = NO_DEMANDS) -> Report:
    """Return the report on scenarios worth 10, 20, 30 ... points."""
    tasks = [Task(name="one", points=10 * number, script="") for number in range(1, 9)]
    record = Record(scenarios=played, seed=7)
    return judge("Echo", tasks[: len(played)], demands, record)


@pytest.mark.parametrize(
    ("played", "outcome", "points"),
    [
        ((HELD,), Outcome.PASSED, 10),
        ((HELD, HELD, HELD), Outcome.PASSED, 60),
        ((HELD, FAILED, HELD), Outcome.FAILED, 40),
        ((HELD, UNDECIDED, HELD), Outcome.UNDECIDED, 40),
        ((UNDECIDED, FAILED), Outcome.FAILED, 0),
        ((FAILED, UNDECIDED), Outcome.FAILED, 0),
        ((FAILED, HELD), Outcome.FAILED, 20),
    ],
)
def test_failed_beats_undecided_beats_passed(
    played: tuple[ScenarioRecord, ...], outcome: Outcome, points: int
) -> None:
    report = judged(*played)

    assert (report.outcome, report.points) == (outcome, points)
    assert report.out_of == sum(10 * number for number in range(1, len(played) + 1))


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.SKIPPED])
def test_a_step_that_failed_without_a_reason_is_no_pass(outcome: Outcome) -> None:
    report = judged(scenario(step(), step(outcome, failure=None)))

    assert (report.outcome, report.points) == (Outcome.UNDECIDED, 0)


def test_a_scenario_counts_what_is_demanded_beyond_its_steps() -> None:
    crowded = scenario(step(), most_threads=2)

    report = judged(crowded, crowded, demands=Demands(at_most_threads=1))

    assert (report.outcome, report.points) == (Outcome.FAILED, 0)


def test_a_proven_finding_stands_although_a_step_is_without_a_verdict() -> None:
    crowded = scenario(step(Outcome.UNDECIDED), most_threads=2)

    assert judged(crowded, demands=Demands(at_most_threads=1)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("played", "verdict"),
    [
        ((HELD,), "Your server held in 1 scenario: nobody had to wait for anybody."),
        ((HELD, HELD), "Your server held in 2 scenarios: nobody had to wait for anybody."),
        ((HELD, FAILED, FAILED), 'B did not receive "x".'),
        ((UNDECIDED, FAILED), 'B did not receive "x".'),
        ((HELD, UNDECIDED), BUSY),
    ],
)
def test_the_verdict_is_one_sentence(played: tuple[ScenarioRecord, ...], verdict: str) -> None:
    assert judged(*played).verdict == verdict


def test_a_scenarios_report_shows_each_step_with_what_the_server_did() -> None:
    listening = step(line=0, text="it listens", took_ns=1_234_567)
    resting = step(line=1, text="the server rests", moment=moment(sleep("accept4")))
    task = Task(name="Rest", points=5, script="the server rests\n")

    report = judge_scenario(task, Demands(), scenario(listening, resting, took_ns=9_000_400))

    assert report == ScenarioReport(
        name="Rest",
        outcome=Outcome.PASSED,
        points=5,
        out_of=5,
        script="the server rests\n",
        took_ms=9.0,
        steps=(
            StepReport(line=0, text="it listens", outcome=Outcome.PASSED, took_ms=1.235, doing=""),
            StepReport(
                line=1,
                text="the server rests",
                outcome=Outcome.PASSED,
                took_ms=0.0,
                doing="asleep in accept, waiting for a new client",
            ),
        ),
        findings=(),
    )


def test_resources_are_the_most_of_any_scenario_and_times_added_up() -> None:
    one = scenario(most_threads=3, most_processes=1, cpu_ns=10**6, memory_bytes=2048, took_ns=10**7)
    two = scenario(most_threads=1, most_processes=2, cpu_ns=5 * 10**5, memory_bytes=4097)

    assert judged(one, two).resources == Resources(
        threads=3, processes=2, cpu_ms=1.5, memory_kib=4, took_ms=10.0
    )


@pytest.mark.parametrize(
    ("outputs", "shown"),
    [
        (["", ""], ""),
        (["", "second"], "second"),
        (["first", "second"], "first"),
        (["first", "failed: second"], "failed: second"),
        (["failed: ", "second"], "failed: "),
        (["x" * (OUTPUT_SHOWN + 1)], "x" * OUTPUT_SHOWN),
    ],
)
def test_output_is_that_of_the_first_scenario_that_failed(outputs: list[str], shown: str) -> None:
    failing = step(Outcome.FAILED, failure=NOT_ANSWERED)
    played = [
        scenario(failing if output.startswith("failed") else step(), output=output)
        for output in outputs
    ]

    assert judged(*played).output == shown


def test_a_record_of_other_scenarios_than_the_tasks_is_refused() -> None:
    task = Task(name="one", points=1, script="")

    with pytest.raises(ValueError, match="shorter"):
        judge("Echo", [task, task], Demands(), Record(scenarios=(HELD,), seed=7))


def test_no_scenario_is_no_failure() -> None:
    assert judged() == Report(
        exercise="Echo",
        outcome=Outcome.PASSED,
        points=0,
        out_of=0,
        verdict="Your server held in 0 scenarios: nobody had to wait for anybody.",
        scenarios=(),
        resources=Resources(threads=0, processes=0, cpu_ms=0.0, memory_kib=0, took_ms=0.0),
        output="",
        seed=7,
    )


def test_a_report_as_json_has_the_names_that_the_command_line_documents() -> None:
    report: dict[str, Any] = json.loads(json.dumps(as_json(judged(FAILED))))

    assert (report["outcome"], report["points"], report["out_of"]) == ("failed", 0, 10)
    assert report["scenarios"][0]["findings"] == [
        {
            "rule": "answers",
            "title": "Answer exactly what the protocol says, to whom it says.",
            "message": 'B did not receive "x".',
            "client": "B",
            "neglected": "B",
            "syscall": None,
            "source_line": None,
            "step": 4,
        }
    ]


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=2), TEXT, NUMBERS)
def test_a_record_that_was_stored_gives_the_same_report(
    steps: list[records.StepRecord], output: str, seed: int
) -> None:
    played = scenario(*steps, output=output, exit_code=1, most_threads=2)
    record = Record(scenarios=(played,), seed=seed)

    stored = msgspec.json.decode(msgspec.json.encode(records.as_json(record)), type=Record)

    assert stored == record
    task, demands = Task(name="one", points=1, script=""), Demands(at_most_threads=1)
    assert judge("Echo", [task], demands, stored) == judge("Echo", [task], demands, record)
