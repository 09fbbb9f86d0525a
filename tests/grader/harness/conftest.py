"""What the harness's own tests share: an exercise made of one script, and a program to examine."""

from collections.abc import Callable
from textwrap import dedent

import pytest

from grader.harness.examination import examine
from grader.harness.exercise import Exercise, parse
from iomodels.report import Report, ScenarioReport

HEADER = """\
import os, select, socket, sys, threading, time
PORT = int(sys.argv[1])
"""
HEADER_LINES = HEADER.count("\n")


def one_scenario(script: str, *, transport: str = "tcp", more: str = "") -> Exercise:
    """Return an exercise with one scenario worth one point."""
    definition = (
        f'title = "Test"\ntransport = "{transport}"\n{more}\n'
        f"[[scenario]]\nname = \"one\"\npoints = 1\nscript = '''\n{dedent(script).lstrip()}'''\n"
    )
    return parse({"exercise.toml": definition, "statement.md": "#", "starter.py": "#"})


def run(program: str, script: str, *, transport: str = "tcp", more: str = "") -> Report:
    """Examine a program, given without its imports, against one scenario."""
    source = HEADER + dedent(program).lstrip("\n")
    return examine(one_scenario(script, transport=transport, more=more), source.encode()).report


@pytest.fixture
def play() -> Callable[..., ScenarioReport]:
    """Return the report on a program's one scenario."""

    def play(
        program: str, script: str, *, transport: str = "tcp", more: str = ""
    ) -> ScenarioReport:
        return run(program, script, transport=transport, more=more).scenarios[0]

    return play
