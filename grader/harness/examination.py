"""Examines a program: starts the driver, follows it, and judges what it saw."""

import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader import sandbox
from grader.exceptions import GraderError, SandboxUnavailable
from grader.harness import compiler
from grader.harness.exercise import Exercise
from grader.harness.pipes import Pipes, quotable
from grader.harness.programs import Language
from grader.harness.protocol import (
    LONGEST_MESSAGE,
    Compiled,
    Finished,
    Job,
    Message,
    Played,
    Script,
    Started,
    Unavailable,
)
from grader.sandbox import Profile
from iomodels.analysis import analyse
from iomodels.judging import Task, conclude, judge_analysed
from iomodels.ledger import Ledger
from iomodels.record import Compilation, Record
from iomodels.report import Report

PROJECT = Path(__file__).resolve().parents[2]
DRIVER = "grader.harness.driver"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The driver has its own safety net for each scenario. This one is for a driver that hangs.
STARTING_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A scenario has begun (no outcome yet) or ended."""

    number: int  # From 1.
    of: int
    name: str
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    record: Record
    report: Report
    ledgers: tuple[Ledger | None, ...] = ()  # One for each scenario; None: it was not traced.


def examine(
    exercise: Exercise,
    program: bytes,
    *,
    file_name: str = Language.PYTHON.file_name,
    slot: int | None = None,
    seed: int | None = None,
    is_traced: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Examination:
    """Run a program through an exercise's scenarios, in a sandbox of its own.

    `file_name` is one of a Language's, and says which one the program is written in.

    Raise SandboxUnavailable if this machine cannot isolate it, GraderError if we failed in another
    way, Stopped once `stop` is set. Whatever the program does is a value in the report.
    """
    seed = secrets.randbits(32) if seed is None else seed
    job = Job(
        program=program,
        file_name=file_name,
        transport=exercise.transport,
        limits=exercise.limits,
        scripts=tuple(Script(name=one.name, text=one.script) for one in exercise.scenarios),
        seed=seed,
        slot=slot,
        is_traced=is_traced,
        profile=Profile.RING_SERVER if exercise.uses_rings else Profile.SERVER,
    )
    tasks = [
        Task(name=one.name, points=one.points, script=one.script) for one in exercise.scenarios
    ]
    played, reports = [], []
    ledgers: list[Ledger | None] = []
    compilation: Compilation | None = None
    for message in _drive(job, stop or threading.Event(), longest_s=_longest_s(exercise)):
        match message:
            case Compiled(compilation=compilation):
                continue
            case Started(number=number):
                task, outcome = tasks[number - 1], None
            case Played(number=number, record=seen):
                task = tasks[number - 1]
                analysis = analyse(seen) if seen.trace else None
                reports.append(judge_analysed(task, exercise.demands, seen, analysis))
                ledgers.append(analysis.ledger if analysis else None)
                outcome = reports[-1].outcome.value
                played.append(seen)
            case _:
                continue
        if on_progress:
            on_progress(Progress(number=number, of=len(tasks), name=task.name, outcome=outcome))
    record = Record(scenarios=tuple(played), seed=seed, compilation=compilation)
    report = conclude(exercise.title, reports, exercise.demands, record)
    return Examination(record=record, report=report, ledgers=tuple(ledgers))


def _longest_s(exercise: Exercise) -> float:
    # A program that does not compile may be followed by one that does, to see whose fault it is.
    compiling_ns = 2 * compiler.LIMITS.wall_ns
    playing_ns = len(exercise.scenarios) * exercise.limits.wall_ns
    return STARTING_S + (compiling_ns + playing_ns) / 1e9 + len(exercise.scenarios)


def _drive(job: Job, stop: threading.Event, *, longest_s: float) -> Iterator[Message]:
    """Yield the driver's messages up to the last one; leave no process behind."""
    with subprocess.Popen(
        [sys.executable, "-m", DRIVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        env={
            "PATH": PATH,
            "PYTHONPATH": str(PROJECT),
            "PYTHONDONTWRITEBYTECODE": "1",
            **sandbox.environment(),
        },
        start_new_session=True,
    ) as driver:
        try:
            yield from _converse(driver, job, stop, longest_s=longest_s)
        finally:
            _kill(driver)
            sandbox.sweep()


def _converse(
    driver: subprocess.Popen[bytes],
    job: Job,
    stop: threading.Event,
    *,
    longest_s: float,
) -> Iterator[Message]:
    pipes = Pipes(driver, msgspec.json.encode(job))
    before: Message | None = None
    played = 0
    for line in pipes.lines(stop, longest_s=longest_s, longest_line=LONGEST_MESSAGE):
        message = _read(line)
        if isinstance(message, Unavailable):
            raise SandboxUnavailable(quotable(message.reason))
        if not _is_in_turn(message, before=before, played=played, of=len(job.scripts)):
            raise GraderError("The driver spoke out of turn.")
        if isinstance(message, Finished):
            return
        before = message
        played += isinstance(message, Played)
        yield message
    _kill(driver)
    when = "at once" if pipes.was_refused else "before it was done"
    raise GraderError(f"The driver ended {when}. {pipes.complaints()}")


def _read(line: bytes) -> Message:
    try:
        message: Message = msgspec.json.decode(line, type=Message)
    # A text that is not UTF-8, and brackets without end, have errors of their own in msgspec.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = quotable(str(error))
        raise GraderError(f"The driver said something that is no message: {why}") from error
    return message


def _is_in_turn(
    message: Compiled | Started | Played | Finished,
    *,
    before: Message | None,
    played: int,
    of: int,
) -> bool:
    if isinstance(message, Compiled):
        return before is None
    if isinstance(message, Finished):
        return played == of
    is_repeated = isinstance(message, Started) and isinstance(before, Started)
    return message.number == played + 1 <= of and not is_repeated


def _kill(driver: subprocess.Popen[bytes]) -> None:
    """Kill the outer process; the kernel kills all that is in its pid namespace."""
    if driver.poll() is None:
        driver.send_signal(signal.SIGKILL)
        driver.wait()
