"""Whose fault it is that nothing was compiled."""

import pytest

from grader.exceptions import SandboxUnavailable
from grader.harness import compiler
from grader.harness.compiler import PLAIN, Made, compile_source
from grader.harness.driver import _play_nothing
from grader.harness.protocol import Finished, Job, Played, Script, Started
from grader.sandbox import Limits
from iomodels.demands import Demands
from iomodels.judging import Task, judge_scenario
from iomodels.record import Compilation, Outcome

JOB = Job(
    program=b"",
    file_name="server.c",
    transport="tcp",
    limits=Limits(),
    scripts=(Script(name="one", text="connect A\n"), Script(name="two", text="connect B\n")),
    seed=1,
)


def made(outcome: Outcome, *, stopped: str = "") -> Made:
    said = "" if outcome is Outcome.PASSED else "server.c:1:1: error: no\n"
    compilation = Compilation(outcome=outcome, output=said, stopped=stopped, took_ns=5)
    return Made(compilation=compilation, binary=b"\x7fELF" if not said else None)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, Made]:
    """Stand for gcc: what it makes of each source."""
    known: dict[bytes, Made] = {}
    monkeypatch.setattr(compiler, "_compile", lambda _, source: known[source])
    return known


def test_a_program_that_compiles_is_taken_at_its_word(answers: dict[bytes, Made]) -> None:
    answers[b"mine"] = made(Outcome.PASSED)

    assert compile_source("server.c", b"mine") == answers[b"mine"]


def test_an_error_is_the_programs_if_a_plain_one_compiles(answers: dict[bytes, Made]) -> None:
    answers |= {b"mine": made(Outcome.FAILED), PLAIN: made(Outcome.PASSED)}

    assert compile_source("server.c", b"mine") == answers[b"mine"]


def test_a_machine_that_compiles_nothing_is_our_trouble(answers: dict[bytes, Made]) -> None:
    answers |= {b"mine": made(Outcome.FAILED), PLAIN: made(Outcome.FAILED)}

    with pytest.raises(SandboxUnavailable, match="To mend it: install gcc and the C library"):
        compile_source("server.c", b"mine")


@pytest.mark.parametrize(
    "answer", [made(Outcome.FAILED, stopped="it was too big"), made(Outcome.UNDECIDED)]
)
def test_a_compiler_that_was_stopped_says_nothing_of_the_machine(
    answers: dict[bytes, Made], answer: Made
) -> None:
    answers[b"mine"] = answer

    assert compile_source("server.c", b"mine") == answer


@pytest.fixture(params=[Outcome.FAILED, Outcome.UNDECIDED])
def compilation(request: pytest.FixtureRequest) -> Compilation:
    return made(request.param).compilation


def test_what_was_not_compiled_ends_every_scenario_alike(compilation: Compilation) -> None:
    task = Task(name="one", points=1, script="connect A\n")

    messages = list(_play_nothing(JOB, compilation))

    records = [message.record for message in messages if isinstance(message, Played)]
    reports = [judge_scenario(task, Demands(), record) for record in records]
    assert [type(message) for message in messages] == [*[Started, Played] * 2, Finished]
    assert [report.outcome for report in reports] == [compilation.outcome] * 2
    assert [[step.outcome for step in record.steps] for record in records] == [
        [compilation.outcome, Outcome.SKIPPED]
    ] * 2
    assert [record.took_ns for record in records] == [5, 0]
