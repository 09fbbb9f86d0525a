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


C_HEADER = """\
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static int listener_on(char *port)
{
    int made = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(made, (struct sockaddr *)&at, sizeof at) || listen(made, 128))
        exit(1);
    return made;
}
"""
C_HEADER_LINES = C_HEADER.count("\n")


def one_scenario(script: str, *, transport: str = "tcp", more: str = "") -> Exercise:
    """Return an exercise with one scenario worth one point."""
    definition = (
        f'title = "Test"\ntransport = "{transport}"\n{more}\n'
        f"[[scenario]]\nname = \"one\"\npoints = 1\nscript = '''\n{dedent(script).lstrip()}'''\n"
    )
    return parse({"exercise.toml": definition, "statement.md": "#", "starter.py": "#"})


def run_c(program: str, script: str, *, transport: str = "tcp", more: str = "") -> Report:
    """Examine a C program, given without its headers, against one scenario."""
    source = C_HEADER + dedent(program).lstrip("\n")
    exercise = one_scenario(script, transport=transport, more=more)
    return examine(exercise, source.encode(), file_name="server.c").report


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
