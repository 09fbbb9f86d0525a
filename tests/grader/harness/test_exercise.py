"""An exercise's folder: what it defines, and how its mistakes are told."""

import pytest

from grader.harness.exercise import ExerciseError, parse
from grader.harness.programs import Language
from iomodels.demands import Demands

DEFINITION = """\
title = "Echo"
model = "select"

[rules]
at-most-threads = 1

[limits]
memory-mib = 64

[[scenario]]
name = "One line"
points = 3
script = '''
connect A
A sends "x\\n"
'''
"""


def folder(definition: str) -> dict[str, str]:
    return {"exercise.toml": definition, "statement.md": "# Echo", "starter.py": ""}


def test_a_folder_becomes_an_exercise() -> None:
    exercise = parse(folder(DEFINITION))

    assert (exercise.title, exercise.transport, exercise.points) == ("Echo", "tcp", 3)
    assert exercise.demands == Demands(model="select", at_most_threads=1)
    assert exercise.limits.memory_bytes == 64 << 20
    assert [len(one.steps) for one in exercise.scenarios] == [2]


@pytest.mark.parametrize(
    ("wrong", "right", "line", "message"),
    [
        ('A sends "x\\n"', 'A sneds "x"', 15, "No client can 'sneds'."),
        ('title = "Echo"', 'titel = "Echo"', 1, "'titel' is not known here."),
        ('title = "Echo"', 'title = "Echo', 1, "This is no TOML"),
        ("points = 3", 'points = "many"', 12, "'points' is a whole number"),
        ('model = "select"', 'model = "magic"', 2, "'model' is one of blocking"),
        ("at-most-threads = 1", "at-most-cats = 1", 5, "'at-most-cats' is not known here."),
        ("memory-mib = 64", "memory-mib = -1", 8, "'memory-mib' is a whole number"),
        ('model = "select"', 'transport = "pigeon"', 2, '\'transport\' is "tcp" or "udp".'),
    ],
)
def test_a_mistake_is_told_with_file_and_line(
    wrong: str, right: str, line: int, message: str
) -> None:
    with pytest.raises(ExerciseError) as caught:
        parse(folder(DEFINITION.replace(wrong, right)))

    assert str(caught.value).startswith(f"exercise.toml, line {line}: ")
    assert message in str(caught.value)


def test_an_exercise_takes_python_unless_it_says_more() -> None:
    both = 'languages = ["c", "python"]\n' + DEFINITION

    assert parse(folder(DEFINITION)).starters == {Language.PYTHON: ""}
    assert parse(folder(both) | {"starter.c": "int x;"}).starters == {
        Language.C: "int x;",
        Language.PYTHON: "",
    }
    with pytest.raises(ExerciseError, match=r"starter\.c: This file is missing\."):
        parse(folder(both))


@pytest.mark.parametrize("languages", ['"c"', "[]", '["rust"]', '["c", "c"]', "[1]", '[["c"]]'])
def test_languages_that_nobody_speaks_are_refused(languages: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        parse(folder(f"languages = {languages}\n" + DEFINITION))

    assert str(caught.value) == (
        'exercise.toml, line 1: \'languages\' is a list with one or more of "python", "c".'
    )


def test_scripts_in_ordinary_quotes_are_refused() -> None:
    definition = DEFINITION.replace("'''", '"""')

    with pytest.raises(ExerciseError, match="between ''' and '''"):
        parse(folder(definition))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ExerciseError, match=r"statement\.md: This file is missing\."):
        parse({"exercise.toml": DEFINITION})


def test_two_scenarios_of_one_name_are_refused() -> None:
    again = DEFINITION[DEFINITION.index("[[scenario]]") :]

    with pytest.raises(ExerciseError, match="Two scenarios are called 'One line'"):
        parse(folder(DEFINITION + again))
