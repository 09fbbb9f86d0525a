"""Observes any server of one's own: plays a scenario against it and tells how it waits."""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from grader.exceptions import GraderError
from grader.harness import language
from grader.harness.performance import Performance
from grader.harness.prologue import prologue
from grader.harness.python_lines import PythonLines, is_nobody_elses
from grader.harness.source_lines import SourceLines
from grader.sandbox import Attached, Bare, Limits, enter_network, join_network
from iomodels.record import ScenarioRecord

# Needs no protocol: the clients say the beginning of something, bit by bit, in turns; one says
# nothing, one is half-way while the others go on. A line is only finished at the very end, so that
# no server has a reason to hang up before; then what they said is an HTTP request, or an unknown
# command to everything else.
BY_DEFAULT = """\
connect A
A sends "G"
A sends "E"
connect B C D
B sends "G"
C sends "G"
A sends "T"
B sends "E"
C sends "E"
B sends "T"
connect E F G H
E F G H send "G"
H sends "E"
G sends "E"
F sends "E"
E sends "E"
A B C send " /"
A closes
E F G H send "T /"
B closes
C closes
E sends " HTTP/1.0\\r\\n\\r\\n"
E F G H close
D closes
"""
DATAGRAMS = """\
connect A B C D
A sends "one"
B sends "two"
A sends "three"
C sends "four"
B sends "five"
A sends "six"
C sends "seven"
B sends "eight"
"""
MIB, GIB, SECOND_NS = 1 << 20, 1 << 30, 10**9
# A manager may ask for a minute's sleep while others start: only `seconds` ends the wait for them.
START_PATIENCE_NS = 3600 * SECOND_NS
# A master listens before its workers have loaded their program, and a database before it has found
# its place in a cluster, with timers of a tenth of a second and more.
WARM_UP_NS = 3 * SECOND_NS // 2


def observe(
    command: Sequence[str],
    *,
    port: int,
    transport: str,
    script: str | None = None,
    seconds: int,
) -> ScenarioRecord:
    """Run a trusted command in a network of its own, play a scenario against it, and end it.

    Turns this process into another one, as `enter_network` does. Raises SandboxUnavailable if the
    command cannot be traced here, GraderError if it does not begin to listen.
    """
    lines = PythonLines(is_own=is_nobody_elses)
    enter_network()
    program = Bare(command, environment={**os.environ, "PORT": str(port)})
    return _perform(program, port, transport, script, seconds=seconds, lines=lines)


def attach(
    process_id: int, *, port: int, transport: str, script: str | None = None, seconds: int
) -> ScenarioRecord:
    """Play a scenario against a server that runs already, in its network; leave it as it was.

    Raises SandboxUnavailable if it runs in a network that this process may not join, GraderError if
    it is not there, or cannot be traced.
    """
    if not Path(f"/proc/{process_id}/fd").is_dir():
        raise GraderError(f"There is no process {process_id}.")
    join_network(process_id)
    program = Attached(process_id)
    text = prologue(program.processes(), at_ns=time.time_ns())
    program.tracer.content += text.encode("ascii", "replace")
    return _perform(
        program, port, transport, script, seconds=seconds, lines=PythonLines(is_own=is_nobody_elses)
    )


def _perform(
    program: Bare,
    port: int,
    transport: str,
    script: str | None,
    *,
    seconds: int,
    lines: SourceLines,
) -> ScenarioRecord:
    text = script or (DATAGRAMS if transport == "udp" else BY_DEFAULT)
    steps = language.parse(text, transport=transport)
    performance = Performance(
        transport=transport,
        port=port,
        limits=Limits(
            wall_ns=seconds * SECOND_NS,
            cpu_s=seconds,
            memory_bytes=1 << 50,
            output_bytes=64 * MIB,
        ),
        seed=secrets.randbits(32),
        start_patience_ns=START_PATIENCE_NS,
        warm_up_ns=WARM_UP_NS,
        # A server that sleeps while it works on a message is given the time to wake up.
        settle_naps=2,
    )
    record = performance.of(program, steps, name="observation", lines=lines)
    if not record.events:
        raise GraderError(_never_listened(record, port))
    return record


def _never_listened(record: ScenarioRecord, port: int) -> str:
    how = ""
    if record.exit_code is not None or record.exit_signal:
        how = f" It ended with {record.exit_signal or f'status {record.exit_code}'}."
    said = f" It said:\n{record.output.strip()}" if record.output.strip() else ""
    return f"The command never listened on port {port}.{how}{said}"
