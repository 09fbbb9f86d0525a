"""What a student is told: outcome, points, scenarios and findings."""

from dataclasses import asdict, dataclass
from typing import Any

from iomodels.record import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule or a step that did not hold, with its evidence."""

    rule: str  # The rule's identifier, such as `waits-for-everyone`.
    title: str  # The rule's sentence.
    message: str
    client: str | None = None  # On whom the server was waiting.
    neglected: str | None = None  # Who had to wait for that.
    syscall: str | None = None
    source_line: int | None = None
    step: int | None = None  # Line of the scenario's script.


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """A line of a scenario with its tick."""

    line: int
    text: str
    outcome: Outcome
    took_ms: float
    doing: str  # What the server was doing when the step was decided.


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """How a server waited, as its trace shows it."""

    model: str  # One of iomodels.models.Model.
    family: str
    title: str  # In words.
    reasons: tuple[str, ...]
    votes: int  # Messages that it was recognised by.
    harmful_ms: float  # Somebody was neglected.
    sleeps: int
    refused_reads: int  # EAGAIN.
    calls: int
    messages: int
    threads: int  # In all.
    processes: int
    refused_lines: int = 0  # Of the trace: not understood.


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """A scenario with its outcome, points and findings."""

    name: str
    outcome: Outcome
    points: int
    out_of: int
    script: str
    took_ms: float
    steps: tuple[StepReport, ...]
    findings: tuple[Finding, ...]
    conduct: Conduct | None = None  # None: it was not traced.


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the program used: the most seen in any scenario; CPU and real time added up."""

    threads: int
    processes: int
    cpu_ms: float
    memory_kib: int
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole of what a student is told about one run."""

    exercise: str
    outcome: Outcome
    points: int
    out_of: int
    verdict: str  # One sentence for the top of the page.
    scenarios: tuple[ScenarioReport, ...]
    resources: Resources
    output: str
    seed: int  # Of the bytes that the clients made up.
    conduct: Conduct | None = None
    compiler: str = ""  # What the compiler said, if there was one and it said anything.


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON-able values, in the form that the command line documents."""
    return asdict(report)
