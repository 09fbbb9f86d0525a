import pytest

from grader.harness.exercise import ExerciseError
from grader.harness.gate import EXAMPLE, Claim, claim
from iomodels.record import Outcome
from iomodels.report import Finding, Report, Resources, ScenarioReport

CLAIM = Claim(why="it naps", rule="rests", scenario="Quiet")


def report(outcome: Outcome, *found: tuple[str, str]) -> Report:
    """Return a report with scenarios in which one rule each was found to be broken."""
    scenarios = [
        ScenarioReport(
            name=name,
            outcome=outcome,
            points=0,
            out_of=1,
            script="",
            took_ms=0.0,
            steps=(),
            findings=(Finding(rule=rule, title="", message=""),),
        )
        for name, rule in found
    ]
    return Report(
        exercise="Echo",
        outcome=outcome,
        points=0,
        out_of=1,
        verdict="",
        scenarios=tuple(scenarios),
        resources=Resources(threads=1, processes=1, cpu_ms=0.0, memory_kib=0, took_ms=0.0),
        output="",
        seed=1,
    )


def test_the_first_line_is_a_claim() -> None:
    line = '# Wrong: it naps, "50 ms" each. Caught by rests in "Nobody says anything".\nimport os\n'

    assert claim("wrong/naps.py", line) == Claim(
        why='it naps, "50 ms" each', rule="rests", scenario="Nobody says anything"
    )


def test_a_claim_may_stand_in_a_comment_of_c() -> None:
    line = '// Wrong: it naps. Caught by rests in "Quiet".\nint main(void);\n'

    assert claim("wrong/naps.c", line) == CLAIM


def test_the_example_in_the_complaint_is_a_claim() -> None:
    assert claim("wrong/naps.py", EXAMPLE) == Claim(
        why="it reads until a newline comes", rule="waits-for-everyone", scenario="A half line"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os\n",
        f"import os\n{EXAMPLE}",
        "# Wrong: it naps.\n",
        '# Wrong: it naps. Caught by Rests in "Quiet".',
        '# Wrong: it naps. Caught by rests in "Quiet"',
    ],
)
def test_a_wrong_server_that_claims_nothing_is_refused(text: str) -> None:
    with pytest.raises(ExerciseError) as refused:
        claim("wrong/naps.py", text)

    assert str(refused.value) == (
        "wrong/naps.py, line 1: The first line must say why it is wrong and what catches it: "
        f"{EXAMPLE}"
    )


def test_a_claim_holds_if_its_rule_was_broken_in_its_scenario() -> None:
    assert CLAIM.holds(report(Outcome.FAILED, ("Echo", "answers"), ("Quiet", "rests")))


@pytest.mark.parametrize(
    "seen",
    [
        report(Outcome.FAILED),
        report(Outcome.FAILED, ("Quiet", "answers")),
        report(Outcome.FAILED, ("Echo", "rests")),
        report(Outcome.UNDECIDED, ("Quiet", "rests")),
        report(Outcome.PASSED),
    ],
)
def test_a_claim_does_not_hold_for_another_reason(seen: Report) -> None:
    assert not CLAIM.holds(seen)
