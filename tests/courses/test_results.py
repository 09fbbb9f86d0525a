from typing import Any

import pytest

from courses.results import explain
from tests.courses.examples import PROGRAM


def test_the_failing_scenario_comes_first_and_keeps_its_number(
    failed_report: dict[str, Any],
) -> None:
    result = explain(failed_report, program=PROGRAM, file_name="server.py")

    assert result.first is not None
    assert (result.first.number, result.first.outcome) == (2, "failed")
    assert [scenario.number for scenario in result.others] == [1]
    assert (result.passed, result.scenario_count) == (1, 2)


def test_a_finding_stands_at_its_step(failed_report: dict[str, Any]) -> None:
    first = explain(failed_report, program=PROGRAM, file_name="server.py").first

    assert first is not None
    assert first.findings == ()
    assert [line.number for line in first.lines if line.findings] == [5]
    assert [line.outcome for line in first.lines] == [
        "",
        *["passed"] * 3,
        "failed",
        *["skipped"] * 2,
    ]


def test_a_finding_without_a_step_stands_before_the_script(failed_report: dict[str, Any]) -> None:
    failed_report["scenarios"][1]["findings"][0]["step"] = None

    first = explain(failed_report, program=PROGRAM, file_name="server.py").first

    assert first is not None
    assert len(first.findings) == 1
    assert not any(line.findings for line in first.lines)


def test_the_line_of_the_program_is_marked_with_who_waits(failed_report: dict[str, Any]) -> None:
    result = explain(failed_report, program=PROGRAM, file_name="server.py")

    marked = {line.number: line.remarks for line in result.source if line.remarks}
    remark = "asleep here in recvfrom on A while B is waiting"
    assert marked == {6: (remark,)}
    assert result.first is not None
    assert [line.number for line in result.first.excerpt] == [2, 3, 4, 5, 6, 7]


def test_a_line_outside_of_the_program_is_not_marked(failed_report: dict[str, Any]) -> None:
    failed_report["scenarios"][1]["findings"][0]["source_line"] = 999

    result = explain(failed_report, program=PROGRAM, file_name="server.py")

    assert result.first is not None
    assert result.first.excerpt == ()


def test_a_passed_report_has_nothing_to_open(passed_report: dict[str, Any]) -> None:
    result = explain(passed_report, program=PROGRAM, file_name="server.py")

    assert result.first is None
    assert [scenario.outcome for scenario in result.others] == ["passed", "passed"]


def test_a_step_that_is_repeated_keeps_its_worst_outcome(failed_report: dict[str, Any]) -> None:
    steps = failed_report["scenarios"][1]["steps"]
    steps[0:0] = [{**steps[3], "outcome": "passed"}]
    steps.append({**steps[4], "outcome": "skipped"})

    first = explain(failed_report, program=PROGRAM, file_name="server.py").first

    assert first is not None
    assert [line.outcome for line in first.lines if line.number == 5] == ["failed"]


def test_a_huge_program_and_its_output_are_cut(failed_report: dict[str, Any]) -> None:
    failed_report["output"] = "x" * 30_000

    result = explain(failed_report, program="pass\n" * 3_000, file_name="server.py")

    assert (len(result.source), result.is_source_cut) == (2_000, True)
    assert (len(result.output), result.is_output_cut) == (20_000, True)


def test_what_comes_before_the_script_is_a_step_of_its_own(failed_report: dict[str, Any]) -> None:
    scenario = failed_report["scenarios"][1]
    listens = {**scenario["steps"][0], "line": 0, "text": "the server listens on its port"}
    scenario["steps"].insert(0, listens)
    scenario["findings"][0]["step"] = 0

    first = explain(failed_report, program=PROGRAM, file_name="server.py").first

    assert first is not None
    assert (first.lines[0].text, first.lines[0].outcome) == (
        "the server listens on its port",
        "passed",
    )
    assert len(first.lines[0].findings) == 1


@pytest.mark.parametrize(
    ("evidence", "remark"),
    [
        (
            {"syscall": "recvfrom", "client": "A", "neglected": "B"},
            "asleep here in recvfrom on A while B is waiting",
        ),
        (
            {"syscall": "pselect6", "client": "A", "neglected": "A"},
            "asleep here in select while A is waiting",
        ),
        ({"syscall": "pause", "client": None, "neglected": None}, "asleep here in pause"),
        ({"syscall": None, "message": "SyntaxError"}, "SyntaxError"),
    ],
)
def test_a_remark_says_on_whom_and_who_waits(
    failed_report: dict[str, Any], evidence: dict[str, Any], remark: str
) -> None:
    failed_report["scenarios"][1]["findings"][0].update(evidence)

    result = explain(failed_report, program=PROGRAM, file_name="server.py")

    assert result.source[5].remarks == (remark,)
