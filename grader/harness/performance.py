"""One performance: a scenario played against one process of a program, written down as a record."""

import signal
import time
from dataclasses import dataclass, field

from grader.harness.journal import Journal
from grader.harness.netlink import Kernel
from grader.harness.player import PATIENCE_NS, Player
from grader.harness.scenario import Step
from grader.harness.source_lines import SourceLines
from grader.harness.stage import Stage
from grader.harness.strikes import strikes
from grader.harness.wires import TcpWires, UdpWires
from grader.sandbox import Bare, Box, Limits
from iomodels.record import ScenarioRecord
from iomodels.trace.sifting import pack, sift


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What is the same for every scenario of a program."""

    transport: str
    port: int
    limits: Limits
    seed: int
    file_name: str = "server.py"  # As the author knows it.
    # The calls whose source lines are known: one look for each call and program is enough.
    lined: set[str] = field(default_factory=set)
    settle_naps: int = 1  # How many naps to wait for before a client acts.
    start_patience_ns: int = PATIENCE_NS  # Naps, as asked for, before the program listens.
    # And once it does, for what it goes on to prepare; 0: clients come at once.
    warm_up_ns: int = 0

    def of(
        self, box: Box | Bare, steps: tuple[Step, ...], *, name: str, lines: SourceLines
    ) -> ScenarioRecord:
        """Play a scenario against a program that has just been started, and end the program."""
        started_ns = time.monotonic_ns()
        kernel, journal = Kernel(), Journal()
        make = UdpWires if self.transport == "udp" else TcpWires
        wires = make(kernel, port=self.port, journal=journal)
        stage = Stage(box, wires, limits=self.limits, lines=lines, lined=self.lined)
        player = Player(
            stage,
            steps,
            seed=self.seed,
            start_patience_ns=self.start_patience_ns,
            settle_naps=self.settle_naps,
            warm_up_ns=self.warm_up_ns,
        )
        try:
            played = player.play()
            stage.count_tasks()
            ended = stage.has_ended
        finally:
            over_ns = time.time_ns()
            space = box.space()
            exit_ = stage.exit()
            wires.close()
            kernel.close()
        signal_name = _signal_name(exit_.signal) if ended else None
        output = stage.output.decode("utf-8", "replace")
        return ScenarioRecord(
            name=name,
            steps=played,
            output=output,
            exit_code=exit_.code if ended else None,
            exit_signal=signal_name,
            most_threads=stage.most_threads,
            most_processes=stage.most_processes,
            tasks_made=stage.tasks_made,
            cpu_ns=stage.cpu_ns,
            memory_bytes=stage.most_memory,
            took_ns=time.monotonic_ns() - started_ns,
            file_name=self.file_name,
            port=self.port,
            events=tuple(journal.events),
            rests=tuple(journal.rests),
            moments=tuple(journal.moments),
            over_ns=over_ns,
            trace=_trace(box),
            trace_lost_bytes=box.tracer.lost_bytes if box.tracer else 0,
            strikes=strikes(
                bytes(box.tracer.content) if box.tracer else b"",
                output=output,
                signal=signal_name,
                space=space,
                limits=self.limits,
            ),
        )


def _trace(box: Box | Bare) -> str:
    """Return what strace wrote about the program, packed, without its dealings with files."""
    if not box.tracer:
        return ""
    text = box.tracer.content.decode("ascii", "replace")
    if box.tracer.lost_bytes:  # The last line that is kept may be half a line.
        text = text[: text.rfind("\n") + 1]
    return pack(sift(text, strangers=box.strangers))


def _signal_name(number: int | None) -> str | None:
    try:
        return signal.Signals(number).name if number else None
    except ValueError:
        return f"signal {number}"
