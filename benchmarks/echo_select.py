"""The main exercise and its servers, for the benchmarks to play."""

from dataclasses import replace

from grader.harness.cli import shipped
from grader.harness.exercise import SOLUTION, WRONG, Exercise, parse, read_folder
from grader.harness.programs import Language

FILES = read_folder(shipped()["echo-select"])
EXERCISE = parse(FILES)
RIGHT = FILES[Language.PYTHON.file(SOLUTION)].encode()
WRONG_SERVERS = {
    name.removeprefix(WRONG): text.encode()
    for name, text in FILES.items()
    if name.startswith(WRONG)
}


def file_name_of(server: str) -> str:
    """Return the name by which one of these servers is handed in."""
    return (Language.of(server) or Language.PYTHON).file_name


def only(scenario: str) -> Exercise:
    """Return the exercise with only one of its scenarios."""
    chosen = [one for one in EXERCISE.scenarios if one.name == scenario]
    return replace(EXERCISE, scenarios=tuple(chosen))
