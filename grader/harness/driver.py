"""The driver: one process for each run, alone in its namespaces, that plays every scenario.

Theory of operation. The worker starts `python -m grader.harness.driver` with nothing in its
environment, writes one Job to its standard input and reads one message a line from its standard
output. The driver first loads all its code (after `enter` it may be a user who cannot read it),
then enters its namespaces: from there on it has no network but its own loopback, and it is the
child of the process that the worker knows. A C program is compiled, once, in a box of its own. For
each scenario the driver starts the program afresh in a box, plays, writes down what happened, and
ends the box. If the worker dies, the outer process is killed
with it, and with that process the whole pid namespace: driver, bubblewrap and program. If the
driver dies, the worker sees the end of its output and takes that for our own trouble. The student's
program never holds a descriptor of the driver's, so it can neither read the job nor write messages.
"""

import os
import random
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from grader.exceptions import GraderError
from grader.harness import language, programs, scenario
from grader.harness.compiled_lines import CompiledLines
from grader.harness.compiler import compile_source
from grader.harness.performance import Performance
from grader.harness.programs import Language, Program
from grader.harness.protocol import (
    Compiled,
    Finished,
    Job,
    Message,
    Played,
    Script,
    Started,
    Unavailable,
)
from grader.harness.python_lines import PythonLines
from grader.harness.source_lines import SourceLines
from grader.sandbox import enter, start
from iomodels.compilation import first_error
from iomodels.record import (
    Compilation,
    Failing,
    Failure,
    Outcome,
    ScenarioRecord,
    StepRecord,
)

PORTS = range(10_000, 30_000)  # Below the ports that the kernel gives to clients, ip(7).
COMPILING = "the program compiles"


def main() -> None:
    """Read a Job from standard input, answer on standard output; exit 0 unless we failed."""
    encoder = msgspec.json.Encoder()
    # Whatever else is printed goes to standard error: the answers have their descriptor alone.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        for message in run(job):
            answers.write(encoder.encode(message) + b"\n")
    except GraderError as error:
        answers.write(encoder.encode(Unavailable(reason=str(error))) + b"\n")
        raise SystemExit(1) from error
    except Exception:
        reason = traceback.format_exc(limit=-4)
        answers.write(encoder.encode(Unavailable(reason=reason)) + b"\n")
        raise


def run(job: Job) -> Iterator[Message]:
    """Play the job's scenarios in order, each against a fresh process of the program."""
    lines: SourceLines = PythonLines()
    enter(slot=job.slot)
    program = programs.interpreted(job.file_name, job.program)
    if Language.of(job.file_name) is Language.C:
        made = compile_source(job.file_name, job.program)
        yield Compiled(compilation=made.compilation)
        if made.binary is None:
            yield from _play_nothing(job, made.compilation)
            return
        program = programs.compiled(job.file_name, made.binary)
        lines = CompiledLines(made.binary, file_name=job.file_name)
    # A port for each scenario: the last one's connections may still linger in TIME_WAIT.
    ports = random.Random(job.seed).sample(PORTS, len(job.scripts))  # noqa: S311 - no secret
    never_up: ScenarioRecord | None = None
    lined: set[str] = set()
    for number, (script, port) in enumerate(zip(job.scripts, ports, strict=True), start=1):
        yield Started(number=number)
        if never_up:
            record = _not_played(job, script, never_up)
        else:
            record = _play(job, script, program, port=port, lines=lines, lined=lined)
            never_up = record if record.steps[0].outcome is Outcome.FAILED else None
        yield Played(number=number, record=record)
    yield Finished()


def _play_nothing(job: Job, compilation: Compilation) -> Iterator[Message]:
    """Yield the records of a program that there is none of: each begins with what is wrong."""
    first = StepRecord(
        line=0,
        text=COMPILING,
        outcome=compilation.outcome,
        took_ns=compilation.took_ns,
        failure=_what_went_wrong(job, compilation),
    )
    nothing = ScenarioRecord(
        name="",
        steps=(first,),
        output="",
        exit_code=None,
        exit_signal=None,
        most_threads=0,
        most_processes=0,
        tasks_made=0,
        cpu_ns=0,
        memory_bytes=0,
        took_ns=0,
        file_name=job.file_name,
    )
    for number, script in enumerate(job.scripts, start=1):
        yield Started(number=number)
        record = _not_played(job, script, nothing)
        if number == 1:  # The compiler was run once.
            steps = (first, *record.steps[1:])
            record = replace(record, steps=steps, took_ns=compilation.took_ns)
        yield Played(number=number, record=record)
    yield Finished()


def _what_went_wrong(job: Job, compilation: Compilation) -> Failure:
    if compilation.outcome is Outcome.UNDECIDED:
        return Failure(failing=Failing.SAFETY_NET)
    if compilation.stopped:
        return Failure(failing=Failing.NOT_COMPILED, detail=compilation.stopped)
    complaint = first_error(compilation.output, file_name=job.file_name)
    return Failure(
        failing=Failing.NOT_COMPILED, received=complaint.text, source_line=complaint.line
    )


def _not_played(job: Job, script: Script, never_up: ScenarioRecord) -> ScenarioRecord:
    """Return the record of a scenario for a program that did not come up in an earlier one.

    Nothing in the start depends on the scenario, and a program that runs without ever listening
    would burn its whole time again for each.
    """
    steps = language.parse(script.text, transport=job.transport)
    skipped = [
        StepRecord(line=step.line, text=step.text, outcome=Outcome.SKIPPED)
        for step in scenario.lines(steps)
    ]
    start = replace(never_up.steps[0], took_ns=0)
    return replace(never_up, name=script.name, steps=(start, *skipped), cpu_ns=0, took_ns=0)


def _play(
    job: Job,
    script: Script,
    program: Program,
    *,
    port: int,
    lines: SourceLines,
    lined: set[str],
) -> ScenarioRecord:
    steps = language.parse(script.text, transport=job.transport)
    box = start(
        [*program.command, str(port)],
        files=program.files,
        environment={"PORT": str(port)},
        limits=job.limits,
        profile=job.profile,
        is_traced=job.is_traced,
    )
    performance = Performance(
        transport=job.transport,
        port=port,
        limits=job.limits,
        seed=job.seed,
        file_name=program.file_name,
        lined=lined,
    )
    return performance.of(box, steps, name=script.name, lines=lines)


if __name__ == "__main__":
    main()
