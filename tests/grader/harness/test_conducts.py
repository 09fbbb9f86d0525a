"""How a server waited, as the command line tells it: of one scenario, and of several."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.harness import cli, conducts
from grader.harness.examination import Examination
from iomodels.demands import Demands
from iomodels.judging import Task, judge
from iomodels.ledger import Ledger
from iomodels.record import Outcome, Record
from tests.iomodels.examples import scenario, step
from tests.iomodels.figures.samples import select_loop, sequential

TITLE, REASONS = "blocking, one client at a time", ("1 thread read from 2 clients.",)
# It answers nobody before a whole line has come, and then only one client at a time.
ONE_AT_A_TIME = """\
import os, socket
listener = socket.create_server(("", int(os.environ["PORT"])))
while True:
    client, _ = listener.accept()
    for line in client.makefile("rb"):
        client.sendall(line)
"""
EXERCISE = """\
title = "Echo"

[[scenario]]
name = "One client"
points = 40
script = '''
connect A
repeat 3
A sends "x\\n"
A receives "x\\n"
end
'''

[[scenario]]
name = "Two clients"
points = 60
script = '''
connect A
A sends "hel"
connect B
B sends "ping\\n"
B receives "ping\\n"
'''
"""


def told(ledgers: Mapping[str, Ledger]) -> list[str]:
    return list(conducts.lines(TITLE, REASONS, ledgers))


def test_one_scenario_is_told_with_every_harmful_sleep() -> None:
    assert told({"one": sequential()}) == [
        "  blocking, one client at a time",
        "    1 thread read from 2 clients.",
        "",
        "  What it cost",
        "    B had to wait 7.6 ms in all while the server slept on something else:",
        "    5.7 ms in recvfrom on A (server.py, line 23): B waited, 5 bytes unread.",
        "    1.9 ms in recvfrom on A (server.py, line 23): B waited, 5 bytes unread.",
        "    3 messages, 2.7 calls each; 0 refused reads (EAGAIN).",
    ]


def test_of_several_scenarios_it_is_told_in_which_one_somebody_waited() -> None:
    assert told({"select": select_loop(), "sequential": sequential()})[4:] == [
        "    B had to wait 7.6 ms in all while the server slept on something else:",
        "    sequential",
        "      5.7 ms in recvfrom on A (server.py, line 23): B waited, 5 bytes unread.",
        "      1.9 ms in recvfrom on A (server.py, line 23): B waited, 5 bytes unread.",
        "    6 messages, 3.7 calls each; 0 refused reads (EAGAIN).",
    ]


def test_nobody_who_waited_is_told_too() -> None:
    assert "    Nobody had to wait while the server slept on something else." in (
        told({"one": select_loop()})
    )


def test_a_sleep_stands_in_the_file_that_is_known() -> None:
    ledger = sequential()
    elsewhere = replace(
        ledger, sleeps=tuple(one._replace(source_file="loop.py") for one in ledger.sleeps)
    )

    assert "in recvfrom on A (loop.py, line 23)" in told({"one": elsewhere})[5]
    in_c = conducts.lines(TITLE, (), {"one": ledger}, file_name="server.c")
    assert "in recvfrom on A (server.c, line 23)" in list(in_c)[4]


def test_many_harmful_sleeps_are_counted() -> None:
    ledger = sequential()
    many = replace(ledger, sleeps=ledger.harmful * 10)

    said = told({"one": many})
    assert sum(" waited, 5 bytes unread." in line for line in said) == 10
    assert said[-2] == "    ... and 10 more such sleeps."


def test_without_messages_there_are_no_calls_for_each() -> None:
    ledger = select_loop()
    idle = replace(ledger, totals=replace(ledger.totals, messages=0))

    assert told({"one": idle})[-1] == "    0 messages; 0 refused reads (EAGAIN)."


@pytest.mark.parametrize(
    ("outcomes", "drawn"),
    [
        ("passed passed passed", "1"),
        ("passed failed failed", "2"),
        ("undecided passed failed", "3"),
        ("passed undecided passed", "2"),
    ],
)
def test_what_failed_first_is_drawn(outcomes: str, drawn: str) -> None:
    record = Record(
        scenarios=tuple(scenario(step(Outcome(one))) for one in outcomes.split()), seed=1
    )
    tasks = [Task(name=str(number), points=1, script="") for number in (1, 2, 3)]
    report = judge("Echo", tasks, Demands(), record)
    judged = zip(report.scenarios, outcomes.split(), strict=True)
    report = replace(
        report, scenarios=tuple(replace(one, outcome=Outcome(outcome)) for one, outcome in judged)
    )
    ledgers = tuple(replace(select_loop(), ended_ns=number) for number in (1, 2, 3))
    done = Examination(record=record, report=report, ledgers=ledgers)

    assert conducts.scenario_to_draw(done) == (drawn, ledgers[int(drawn) - 1])


@pytest.mark.sandbox
def test_check_tells_how_a_server_waited_and_draws_where_it_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, figure = tmp_path / "server.py", tmp_path / "figure.svg"
    program.write_text(ONE_AT_A_TIME)
    for name, text in (("exercise.toml", EXERCISE), ("statement.md", ""), ("starter.py", "")):
        (tmp_path / name).write_text(text)

    status = cli.main(["check", str(tmp_path), str(program), "--figure", str(figure)])

    said = capsys.readouterr().out
    assert status == 1
    assert "How it waited:\n  blocking, one client at a time\n" in said
    assert "    Two clients\n" in said
    assert " in recvfrom on A (server.py, line 5): B waited" in said
    assert said.endswith("✗ failed, 40 of 100 points\n")
    assert ">Two clients</title>" in figure.read_text()
