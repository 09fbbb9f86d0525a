import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.exceptions import SandboxUnavailable
from grader.harness import cli
from grader.harness.examination import Examination, Progress
from grader.harness.exercise import Exercise
from iomodels.analysis import analyse
from iomodels.demands import Demands
from iomodels.judging import Task, judge
from iomodels.record import Compilation, Outcome, Record, ScenarioRecord
from tests.iomodels.examples import GONE, NOT_ANSWERED, scenario, step
from tests.traces.recording import recording

EXERCISE = """\
title = "Echo"

[[scenario]]
name = "A line comes back"
points = 40
script = '''
connect A
A sends "x\\n"
A receives "x\\n"
'''
"""
HELD = scenario(step(), output="ready\n")
LOST = scenario(
    step(Outcome.FAILED, failure=NOT_ANSWERED, moment=GONE), output="bye\x1b[2J\n", exit_code=3
)
OUR_TROUBLE = "The grader could not work, which says nothing about your program."
UNDECIDED = scenario(step(Outcome.UNDECIDED))


class Examine:
    """Stands for the harness: what it was given, and what it is to have seen."""

    def __init__(self, played: ScenarioRecord | Exception = HELD) -> None:
        self.played = played
        self.given: list[tuple[str, bytes, object]] = []
        self.file_name = ""
        self.compilation: Compilation | None = None

    def __call__(
        self, exercise: Exercise, program: bytes, *, file_name: str, seed: object, on_progress: Any
    ) -> Examination:
        self.given.append((exercise.title, program, seed))
        self.file_name = file_name
        if isinstance(self.played, Exception):
            raise self.played
        on_progress(Progress(number=1, of=1, name="A line comes back", outcome=None))
        record = Record(scenarios=(self.played,), seed=7, compilation=self.compilation)
        task = Task(name="A line comes back", points=40, script="connect A\n")
        return Examination(
            record=record,
            report=judge("Echo", [task], Demands(), record),
            ledgers=(analyse(self.played).ledger if self.played.trace else None,),
        )


@pytest.fixture
def examine(monkeypatch: pytest.MonkeyPatch) -> Examine:
    examine = Examine()
    monkeypatch.setattr(cli, "examine", examine)
    return examine


@pytest.fixture
def exercise(tmp_path: Path) -> Path:
    folder = tmp_path / "echo"
    folder.mkdir()
    (folder / "exercise.toml").write_text(EXERCISE)
    (folder / "statement.md").write_text("Send every line back.\n")
    (folder / "starter.py").write_text("")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "server.py"
    path.write_bytes(b"print()\n")
    return path


def test_no_argument_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main([])

    said = capsys.readouterr().out
    assert status == 0
    assert "python -m grader check echo-select server.py" in said
    assert "0 passed, 1 failed, 2 undecided" in said
    assert "Shipped exercises: echo-select" in said


def test_a_right_program_passes(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = cli.main(["check", str(exercise), str(program)])

    assert (status, examine.given) == (0, [("Echo", b"print()\n", None)])
    assert capsys.readouterr().out == (
        "Echo\n"
        "✓ A line comes back 40/40\n"
        "1 thread, 1 process, 0 ms of CPU time, 0 KiB of memory, 0 ms in all\n"
        "✓ passed, 40 of 40 points\n"
    )


def test_a_wrong_program_is_told_why_without_what_a_terminal_would_obey(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = LOST

    assert cli.main(["check", str(exercise), str(program)]) == 1
    assert capsys.readouterr().out == (
        "Echo\n"
        "✗ A line comes back 0/40\n"
        '    ✗      0.0 ms  B receives "x"  ended\n'
        "    stays-up: Keep running while clients need you.\n"
        '      The program ended at “B receives "x"”, with status 3.\n'
        "What the program printed:\n"
        "  | bye�[2J\n"
        "1 thread, 1 process, 0 ms of CPU time, 0 KiB of memory, 0 ms in all\n"
        "✗ failed, 0 of 40 points\n"
    )


def test_no_verdict_has_a_status_of_its_own(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = UNDECIDED

    status = cli.main(["check", str(exercise), str(program)])

    assert status == 2
    assert capsys.readouterr().out.endswith("? undecided, 0 of 40 points\n")


def test_the_files_name_says_the_language(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = recording("sequential.py observation").load()
    in_c = program.rename(program.with_name("mine.c"))
    (exercise / "exercise.toml").write_text('languages = ["python", "c"]\n' + EXERCISE)
    (exercise / "starter.c").write_text("")

    status = cli.main(["check", str(exercise), str(in_c)])

    assert (status, examine.file_name) == (0, "server.c")
    assert " in recvfrom on A (server.c, line 19): " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["mine.c", "mine.txt", "mine"])
def test_a_file_in_a_language_that_the_exercise_does_not_take_is_refused(
    examine: Examine, exercise: Path, program: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = program.rename(program.with_name(name))

    status = cli.main(["check", str(exercise), str(path)])

    assert (status, examine.given) == (3, [])
    assert capsys.readouterr().err == (
        f"grader: {path}: this exercise takes Python (.py), which the file's name has to say.\n"
    )


def test_what_the_compiler_said_stands_before_the_scenarios(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.compilation = Compilation(
        outcome=Outcome.PASSED, output="server.c:1:1: warning: \033[2J\n", took_ns=1
    )

    cli.main(["check", str(exercise), str(program)])

    assert capsys.readouterr().out.startswith(
        "Echo\nWhat the compiler said:\n"
        "  | server.c:1:1: warning: \N{REPLACEMENT CHARACTER}[2J\n"
        "✓ A line comes back 40/40\n"
    )


def test_the_seed_repeats_the_bytes_of_an_earlier_run(
    examine: Examine, exercise: Path, program: Path
) -> None:
    cli.main(["check", str(exercise), str(program), "--seed", "7"])

    assert examine.given == [("Echo", b"print()\n", 7)]


def test_a_grader_that_cannot_work_says_so(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = SandboxUnavailable("No user namespaces.")

    status = cli.main(["check", str(exercise), str(program)])

    assert (status, *capsys.readouterr()) == (
        3,
        "",
        f"grader: {OUR_TROUBLE}\nNo user namespaces.\n",
    )


def test_the_report_as_json_has_the_documented_names(
    examine: Examine, exercise: Path, program: Path
) -> None:
    file = exercise / "report.json"

    cli.main(["check", str(exercise), str(program), "--json", str(file)])

    assert json.loads(file.read_text()) == {
        "exercise": "Echo",
        "outcome": "passed",
        "points": 40,
        "out_of": 40,
        "verdict": "Your server held in 1 scenario: nobody had to wait for anybody.",
        "scenarios": [
            {
                "name": "A line comes back",
                "outcome": "passed",
                "points": 40,
                "out_of": 40,
                "script": "connect A\n",
                "took_ms": 0.0,
                "steps": [
                    {
                        "line": 4,
                        "text": 'B receives "x"',
                        "outcome": "passed",
                        "took_ms": 0.0,
                        "doing": "",
                    }
                ],
                "findings": [],
                "conduct": None,
            }
        ],
        "resources": {
            "threads": 1,
            "processes": 1,
            "cpu_ms": 0.0,
            "memory_kib": 0,
            "took_ms": 0.0,
        },
        "output": "ready\n",
        "seed": 7,
        "conduct": None,
        "compiler": "",
    }


def test_a_finding_as_json_has_the_documented_names(
    examine: Examine, exercise: Path, program: Path
) -> None:
    examine.played = replace(LOST, output="")
    file = exercise / "report.json"

    cli.main(["check", str(exercise), str(program), "--json", str(file)])

    assert json.loads(file.read_text())["scenarios"][0]["findings"] == [
        {
            "rule": "stays-up",
            "title": "Keep running while clients need you.",
            "message": 'The program ended at “B receives "x"”, with status 3.',
            "client": "B",
            "neglected": None,
            "syscall": None,
            "source_line": None,
            "step": 4,
        }
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "There is no file {program}."),
        (b"", "{program} is empty."),
        (b" \n\t\n", "{program} is empty."),
        (
            b"#" * (256 * 1024 + 1),
            "{program} has 262,145 bytes; at most 262,144 are accepted.",
        ),
        (b"ok = '\xff'\n", "{program} is not UTF-8 text: byte 6 is wrong."),
    ],
)
def test_a_program_that_cannot_be_used_is_refused(
    examine: Examine,
    exercise: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    reason: str,
) -> None:
    program = exercise.parent / "mine.py"
    if content is not None:
        program.write_bytes(content)

    status = cli.main(["check", str(exercise), str(program)])

    assert (status, examine.given) == (3, [])
    assert capsys.readouterr().err == f"grader: {reason.format(program=program)}\n"


def test_a_program_of_the_largest_size_is_examined(examine: Examine, exercise: Path) -> None:
    program = exercise.parent / "mine.py"
    program.write_bytes(b"#" * (256 * 1024))

    assert cli.main(["check", str(exercise), str(program)]) == 0


def test_an_exercise_that_is_not_there_is_refused_with_those_that_are(
    examine: Examine, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = cli.main(["check", "no-such", str(program)])

    assert (status, examine.given) == (3, [])
    assert capsys.readouterr().err == (
        "grader: There is no exercise 'no-such'. "
        f"Give a folder, or one of: {', '.join(sorted(cli.shipped()))}.\n"
    )


def test_an_exercise_with_a_mistake_is_refused_with_file_and_line(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (exercise / "exercise.toml").write_text(EXERCISE.replace("A sends", "A shouts"))

    status = cli.main(["check", str(exercise), str(program)])

    said = capsys.readouterr().err
    assert (status, examine.given) == (3, [])
    assert said.startswith("grader: exercise.toml, line 8: ")


def test_a_shipped_exercise_is_known_by_its_name(examine: Examine, program: Path) -> None:
    cli.main(["check", "echo-select", str(program)])

    assert [title for title, _, _ in examine.given] == ["Echo with select"]


def test_a_report_that_cannot_be_written_is_no_stack_trace(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = exercise / "nowhere" / "report.json"

    status = cli.main(["check", str(exercise), str(program), "--json", str(file)])

    assert status == 3
    assert "No such file or directory" in capsys.readouterr().err


def test_how_a_server_waited_stands_before_the_sums(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = recording("select-one.c observation").load()

    cli.main(["check", str(exercise), str(program)])

    said = capsys.readouterr().out
    assert "✓ A line comes back 40/40\nHow it waited:\n  multiplexing with select\n" in said
    assert "\n  What it cost\n    Nobody had to wait " in said
    assert said.splitlines()[-2].startswith("1 thread, 1 process, ")


def test_a_scenario_that_was_not_traced_has_no_figure_and_keeps_its_verdict(
    examine: Examine, exercise: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine.played = LOST
    file = exercise / "figure.svg"

    status = cli.main(["check", str(exercise), str(program), "--figure", str(file)])

    assert (status, file.exists()) == (1, False)
    assert capsys.readouterr().err == (
        "grader: There is no timeline of 'A line comes back': it was not traced.\n"
    )
