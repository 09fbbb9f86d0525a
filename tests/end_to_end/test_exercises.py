"""Every exercise of the course folder, present and future: its right server passes, and each wrong
one fails for the reason that it names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.harness.cli import main, shipped
from grader.harness.examination import examine
from grader.harness.exercise import SOLUTION, STARTER, WRONG, parse, read_folder
from grader.harness.gate import claim
from grader.harness.programs import Language
from iomodels.record import Outcome
from iomodels.report import Report

pytestmark = pytest.mark.sandbox
EXERCISES = sorted(shipped())


def servers(stem: str) -> list[tuple[str, str]]:
    """Return exercise and file of each server of this name, one for each language."""
    return [
        (name, language.file(stem))
        for name in EXERCISES
        for language in parse(read_folder(shipped()[name])).languages
    ]


def report_on(name: str, file: str) -> Report:
    files = read_folder(shipped()[name])
    language = Language.of(file)
    assert language is not None, file
    return examine(parse(files), files[file].encode(), file_name=language.file_name).report


def wrong_servers() -> Iterator[tuple[str, str]]:
    for name in EXERCISES:
        for file in read_folder(shipped()[name]):
            if file.startswith(WRONG):
                yield name, file


def test_there_are_exercises() -> None:
    assert "echo-select" in EXERCISES


@pytest.mark.parametrize(("name", "file"), servers(SOLUTION))
def test_the_solution_passes(name: str, file: str) -> None:
    report = report_on(name, file)

    assert (report.outcome, report.points) == (Outcome.PASSED, report.out_of), report.verdict
    assert report.compiler == "", "it compiles with warnings"


@pytest.mark.parametrize(("name", "file"), servers(STARTER))
def test_the_starter_runs_and_does_not_pass(name: str, file: str) -> None:
    report = report_on(name, file)

    assert report.outcome is Outcome.FAILED
    assert report.scenarios[0].steps[0].outcome is Outcome.PASSED, "it does not even listen"


@pytest.mark.parametrize(("name", "file"), list(wrong_servers()))
def test_each_wrong_server_fails_for_its_stated_reason(name: str, file: str) -> None:
    text = read_folder(shipped()[name])[file]

    report = report_on(name, file)

    assert claim(file, text).holds(report), report.verdict


@pytest.mark.parametrize(
    ("file", "syscall", "code"),
    [
        ("blocking-read.c", "recvfrom", "recv(fd, line + length, 1, 0)"),
        ("blocking-send.c", "sendto", "send(fd, client->owed.memory"),
        ("one-at-a-time.c", "read", "getline(&line, &room, client)"),
        ("loses-the-rest.c", "pselect6", "select(FD_SETSIZE"),
        ("does-not-compile.c", None, "select(FD_SETSIZE"),
    ],
)
def test_a_wrong_server_in_c_is_told_its_call_and_its_line(
    file: str, syscall: str | None, code: str
) -> None:
    text = read_folder(shipped()["echo-select"])[WRONG + file]
    wanted = claim(file, text)

    report = report_on("echo-select", WRONG + file)

    findings = next(one.findings for one in report.scenarios if one.name == wanted.scenario)
    found = next(one for one in findings if one.rule == wanted.rule)
    assert found.syscall == syscall
    assert found.source_line is not None
    assert code in text.split("\n")[found.source_line - 1]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_wrong_server_names_a_scenario_that_there_is(name: str) -> None:
    files = read_folder(shipped()[name])
    claims = [claim(file, text) for file, text in files.items() if file.startswith(WRONG)]

    assert {one.scenario for one in claims} <= {one.name for one in parse(files).scenarios}


def test_the_command_line_exits_0_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shipped()["echo-select"]
    file = tmp_path / "report.json"

    passed = main(["check", "echo-select", str(folder / "solution.py"), "--json", str(file)])
    failed = main(["check", str(folder), str(folder / WRONG / "blocking-read.py")])

    assert (passed, failed) == (0, 1)
    assert '"outcome": "passed"' in file.read_text()
    assert "waits-for-everyone" in capsys.readouterr().out
