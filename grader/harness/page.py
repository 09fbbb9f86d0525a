"""A report as text: ticks, findings and sums, in colour where a terminal can show it."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import TextIO

from grader.harness.examination import Progress
from iomodels.record import Outcome
from iomodels.report import Finding, Report, ScenarioReport
from iomodels.wording import count

GREEN, RED, YELLOW, DIM, BOLD, PLAIN = "32", "31", "33", "2", "1", "0"
TICKS = {
    Outcome.PASSED: ("✓", GREEN),
    Outcome.FAILED: ("✗", RED),
    Outcome.UNDECIDED: ("?", YELLOW),
    Outcome.SKIPPED: ("·", DIM),
}
WIDTH = 96
OUTPUT_LINES = 20


class Page:
    """Writes to one stream; on a terminal the scenario that runs is shown while it runs."""

    def __init__(self, stream: TextIO, *, is_coloured: bool) -> None:
        self._stream, self._is_coloured = stream, is_coloured

    def progress(self, progress: Progress) -> None:
        """Show the scenario that is being played, on a line that the next one replaces."""
        if not self._is_coloured:
            return
        now = f"  {progress.number}/{progress.of} {progress.name}" if not progress.outcome else ""
        self._stream.write(f"\r\033[K{self._ink(now, DIM)}")
        self._stream.flush()

    def report(self, report: Report, *, waited: Iterable[str] = ()) -> None:
        """Write the whole report; `waited`: the lines on how the server waited."""
        self._line(self._ink(report.exercise, BOLD))
        if report.compiler.strip():
            self._output("What the compiler said:", report.compiler.splitlines()[:OUTPUT_LINES])
        for scenario in report.scenarios:
            self._scenario(scenario)
        if report.output.strip() and report.outcome is not Outcome.PASSED:
            lines = report.output.splitlines()[-OUTPUT_LINES:]
            self._output("What the program printed:", lines)
        if waited := list(waited):
            self._line(self._ink("How it waited:", BOLD))
            for line in waited:
                self._line(_printable(line))
        used = report.resources
        self._line(
            self._ink(
                f"{count(used.threads, 'thread')}, {count(used.processes, 'process')}, "
                f"{used.cpu_ms:.0f} ms of CPU time, {used.memory_kib:,} KiB of memory, "
                f"{used.took_ms:.0f} ms in all",
                DIM,
            ),
        )
        tick, colour = TICKS[report.outcome]
        summary = f"{tick} {report.outcome.value}, {report.points} of {report.out_of} points"
        self._line(self._ink(summary, colour))

    def _scenario(self, scenario: ScenarioReport) -> None:
        tick, colour = TICKS[scenario.outcome]
        points = f"{scenario.points}/{scenario.out_of}"
        name = _printable(scenario.name)
        self._line(f"{self._ink(tick, colour)} {name} {self._ink(points, DIM)}")
        if scenario.outcome is Outcome.PASSED:
            return
        for step in scenario.steps:
            tick, colour = TICKS[step.outcome]
            doing = self._ink(f"  {step.doing}", DIM) if step.doing else ""
            took = self._ink(f"{step.took_ms:8.1f} ms", DIM)
            self._line(f"    {self._ink(tick, colour)} {took}  {_printable(step.text)}{doing}")
        for finding in scenario.findings:
            self._finding(finding)

    def _finding(self, finding: Finding) -> None:
        title = _printable(finding.title)
        self._line(f"    {self._ink(finding.rule, BOLD)}: {title}")
        indent = " " * 6
        wrapped = textwrap.fill(
            finding.message,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
        )
        self._line(self._ink(wrapped, RED))

    def _output(self, title: str, lines: Sequence[str]) -> None:
        self._line(self._ink(title, BOLD))
        for line in lines:
            self._line(f"  | {_printable(line[:WIDTH])}")

    def _line(self, text: str) -> None:
        clear = "\r\033[K" if self._is_coloured else ""
        self._stream.write(f"{clear}{text}\n")

    def _ink(self, text: str, colour: str) -> str:
        text = "\n".join(map(_printable, text.split("\n")))  # A finding's lines are wrapped.
        return f"\033[{colour}m{text}\033[{PLAIN}m" if self._is_coloured and text else text


def _printable(text: str) -> str:
    """Return a line without what a terminal would obey: a program may have had a hand in it."""
    return "".join(
        char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
