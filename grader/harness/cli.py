"""`python -m grader`: examines a program without a site, a database or a queue."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import iomodels
from grader import sandbox
from grader.exceptions import GraderError
from grader.harness import comparing, conducts, observing
from grader.harness.examination import Examination, Progress, examine
from grader.harness.exercise import DEFINITION, Exercise, ExerciseError, parse, read_folder
from grader.harness.page import Page
from grader.harness.programs import Language
from iomodels.figures.timeline import timeline
from iomodels.record import Outcome
from iomodels.report import as_json

PASSED, FAILED, UNDECIDED, BROKEN, MISUSED = 0, 1, 2, 3, 64
STATUS = {Outcome.PASSED: PASSED, Outcome.FAILED: FAILED, Outcome.UNDECIDED: UNDECIDED}
MOST_BYTES = 256 * 1024
COURSE = Path(iomodels.__file__).parent / "course"
DESCRIPTION = """\
Examines a network server: does it do what the exercise asks, and what does it wait for?

  python -m grader check echo-select server.py              run every scenario, print the result
  python -m grader check echo-select server.c               the same for a server in C
  python -m grader check path/to/exercise server.py         an exercise of your own
  python -m grader check echo-select server.py --json r.json
  python -m grader check echo-select server.py --figure f.svg
  python -m grader doctor                                   can programs be isolated here?

Exit status of `check`: 0 passed, 1 failed, 2 undecided (the machine was too busy),
3 the grader itself could not work.
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m grader",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", title="commands")
    check = commands.add_parser("check", help="examine a program against an exercise")
    check.add_argument(
        "exercise", metavar="EXERCISE", help="a folder, or a shipped exercise's name"
    )
    check.add_argument(
        "program", metavar="PROGRAM", type=Path, help="the server, a .py or a .c file"
    )
    check.add_argument("--json", metavar="FILE", type=Path, help="write the report here as JSON")
    check.add_argument(
        "--figure",
        metavar="FILE",
        type=Path,
        help="draw a timeline as SVG: of the first scenario that failed, else of the first that "
        "was not decided, or of the first one if all passed",
    )
    check.add_argument("--seed", metavar="N", type=int, help="repeat the bytes of an earlier run")
    doctor = commands.add_parser("doctor", help="tell whether programs can be isolated here")
    doctor.add_argument("--json", action="store_true", help="print the checks as JSON")
    observing.add_parser(commands)
    comparing.add_parser(commands)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        print(f"\nShipped exercises: {', '.join(sorted(shipped())) or 'none'}")
        return PASSED
    try:
        return _RUN[options.command](options)
    except (ExerciseError, OSError, ValueError, _Refused) as error:
        print(f"grader: {error}", file=sys.stderr)
        return BROKEN
    except GraderError as error:
        said = "The grader could not work, which says nothing about your program."
        print(f"grader: {said}\n{error}", file=sys.stderr)
        return BROKEN


def shipped() -> dict[str, Path]:
    """Return the shipped exercises by name: the folders of the course that define one."""
    return {file.parent.name: file.parent for file in COURSE.glob(f"*/*/{DEFINITION}")}


class _Refused(Exception):
    """What was given on the command line cannot be used; the text says what can."""


def _check(options: argparse.Namespace) -> int:
    # One's own program on one's own machine: what it could use up is one's own, too.
    os.environ.setdefault(sandbox.ALLOW_NO_CGROUP, "1")
    exercise = parse(read_folder(_folder(options.exercise)))
    program = _program(options.program)
    language = _language(options.program, exercise)
    page = Page(sys.stdout, is_coloured=sys.stdout.isatty() and "NO_COLOR" not in os.environ)

    def show(progress: Progress) -> None:
        page.progress(progress)

    done = examine(
        exercise,
        program,
        file_name=language.file_name,
        seed=options.seed,
        on_progress=show,
    )
    page.report(done.report, waited=_waited(done, language.file_name))
    if options.json:
        text = json.dumps(as_json(done.report), indent=2, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.figure:
        _draw(done, options.figure)
    return STATUS[done.report.outcome]


def _doctor(options: argparse.Namespace) -> int:
    checks = sandbox.self_test()
    print(sandbox.as_json(checks) if options.json else sandbox.report(checks))
    return PASSED if sandbox.is_sound(checks) else FAILED


def _waited(done: Examination, file_name: str) -> Iterable[str]:
    """Return the lines on how the server waited; none if no scenario was traced."""
    seen = zip(done.report.scenarios, done.ledgers, strict=True)
    ledgers = {scenario.name: ledger for scenario, ledger in seen if ledger}
    told = done.report.conduct
    return conducts.lines(told.title, told.reasons, ledgers, file_name=file_name) if told else ()


def _draw(done: Examination, path: Path) -> None:
    name, ledger = conducts.scenario_to_draw(done)
    if ledger is None:
        print(f"grader: There is no timeline of '{name}': it was not traced.", file=sys.stderr)
    else:
        path.write_text(timeline(ledger, title=name), encoding="utf-8")


_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "doctor": _doctor,
    "observe": lambda options: observing.run(options, sys.stdout),
    "compare": lambda options: comparing.run(options, sys.stdout),
}


def _folder(name: str) -> Path:
    if (path := Path(name)).is_dir():
        return path
    if name in (known := shipped()):
        return known[name]
    have = ", ".join(sorted(known))
    raise _Refused(f"There is no exercise '{name}'. Give a folder, or one of: {have}.")


def _language(path: Path, exercise: Exercise) -> Language:
    language = Language.of(path.name)
    if language in exercise.languages:
        return language
    wanted = " or ".join(f"{one.label} ({one.suffix})" for one in exercise.languages)
    raise _Refused(f"{path}: this exercise takes {wanted}, which the file's name has to say.")


def _program(path: Path) -> bytes:
    if not path.is_file():
        raise _Refused(f"There is no file {path}.")
    content = path.read_bytes()
    if not content.strip():
        raise _Refused(f"{path} is empty.")
    if len(content) > MOST_BYTES:
        raise _Refused(f"{path} has {len(content):,} bytes; at most {MOST_BYTES:,} are accepted.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Refused(f"{path} is not UTF-8 text: byte {error.start} is wrong.") from error
    return content
