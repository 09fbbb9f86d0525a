"""The driver: one process for each run, alone in its namespaces, that plays every scenario.

Theory of operation. The worker starts `python -m grader.harness.driver` with nothing in its
environment, writes one Job to its standard input and reads one message a line from its standard
output. The driver first loads all its code (after `enter` it may be a user who cannot read it),
then enters its namespaces: from there on it has no network but its own loopback, and it is the
child of the process that the worker knows. For each scenario it starts the program afresh in a box,
plays, writes down what happened, and ends the box. If the worker dies, the outer process is killed
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
from grader.harness import language, scenario
from grader.harness.performance import Performance
from grader.harness.protocol import Finished, Job, Message, Played, Script, Started, Unavailable
from grader.harness.source_lines import SourceLines
from grader.sandbox import enter, start
from iomodels.record import Outcome, ScenarioRecord, StepRecord

PYTHON = "/usr/bin/python3"  # The system's own: the program must not see the project's packages.
PORTS = range(10_000, 30_000)  # Below the ports that the kernel gives to clients, ip(7).


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
    lines = SourceLines()
    enter(slot=job.slot)
    # A port for each scenario: the last one's connections may still linger in TIME_WAIT.
    ports = random.Random(job.seed).sample(PORTS, len(job.scripts))  # noqa: S311 - no secret
    never_up: ScenarioRecord | None = None
    for number, (script, port) in enumerate(zip(job.scripts, ports, strict=True), start=1):
        yield Started(number=number)
        if never_up:
            record = _not_played(job, script, never_up)
        else:
            record = _play(job, script, port=port, lines=lines)
            never_up = record if record.steps[0].outcome is Outcome.FAILED else None
        yield Played(number=number, record=record)
    yield Finished()


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


def _play(job: Job, script: Script, *, port: int, lines: SourceLines) -> ScenarioRecord:
    steps = language.parse(script.text, transport=job.transport)
    box = start(
        [PYTHON, f"/w/{job.file_name}", str(port)],
        files={job.file_name: job.program},
        environment={"PORT": str(port)},
        limits=job.limits,
        is_traced=job.is_traced,
    )
    performance = Performance(transport=job.transport, port=port, limits=job.limits, seed=job.seed)
    return performance.of(box, steps, name=script.name, lines=lines)


if __name__ == "__main__":
    main()
