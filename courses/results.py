"""A run's report joined with the scripts and the program, line by line, for the result page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from courses.conducts import Conduct, conduct
from courses.content import highlight_lines
from grader.harness.programs import Language
from iomodels.figures.svg import legible
from iomodels.wording import call_name

# A program of 256 KiB can have a quarter of a million lines; real servers have a hundred.
SOURCE_LINES_SHOWN = 2_000
EXCERPT_LINES_AROUND = 4
OUTPUT_CHARACTERS_SHOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    title: str
    message: str
    remark: str  # What is said beside the line of the program.
    source_line: int | None
    step: int | None  # Line of the script.


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    number: int
    html: SafeString
    remarks: tuple[str, ...] = ()  # The sentences of the findings that point here.


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLine:
    """A line of a scenario's script; comments and blank lines have no outcome."""

    number: int
    text: str
    outcome: str = ""
    took_ms: float | None = None
    doing: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def is_comment(self) -> bool:
        return self.text.lstrip().startswith("#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    number: int
    name: str
    outcome: str
    points: int
    out_of: int
    took_ms: float | None
    lines: tuple[ScriptLine, ...]
    findings: tuple[Finding, ...]  # Those that belong to no line of the script.
    excerpt: tuple[SourceLine, ...]
    headline: str  # What to say while it is folded.
    has_timeline: bool  # Whether it was traced.


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    outcome: str
    verdict: str
    points: int
    out_of: int
    first: Scenario | None  # The one to look at: the first that failed, else the first undecided.
    others: tuple[Scenario, ...]
    passed: int
    source: tuple[SourceLine, ...]
    file_name: str
    resources: Mapping[str, Any]
    conduct: Conduct | None
    compiler: str  # What the compiler said, if anything.
    output: str
    is_output_cut: bool
    is_source_cut: bool

    @property
    def scenario_count(self) -> int:
        return len(self.others) + (self.first is not None)


def explain(report: Mapping[str, Any], *, program: str, file_name: str) -> Result:
    """Join a report, as `iomodels.report.as_json` wrote it, with the program that it is about."""
    report = _legible(report)
    program = legible(program)
    source = highlight_lines(program, language=Language.of(file_name) or Language.PYTHON)
    scenarios = [
        _scenario(scenario, number=number, source=source)
        for number, scenario in enumerate(report["scenarios"], start=1)
    ]
    first = next(
        (s for wanted in ("failed", "undecided") for s in scenarios if s.outcome == wanted), None
    )
    remarks = _remarks(finding for s in report["scenarios"] for finding in _findings(s))
    output = report.get("output", "")
    return Result(
        outcome=report["outcome"],
        verdict=report["verdict"],
        points=report["points"],
        out_of=report["out_of"],
        first=first,
        others=tuple(s for s in scenarios if s is not first),
        passed=sum(s.outcome == "passed" for s in scenarios),
        source=_lines(source[:SOURCE_LINES_SHOWN], remarks),
        file_name=file_name,
        resources=report.get("resources", {}),
        conduct=conduct(report.get("conduct")),
        compiler=report.get("compiler", "")[:OUTPUT_CHARACTERS_SHOWN],
        output=output[:OUTPUT_CHARACTERS_SHOWN],
        is_output_cut=len(output) > OUTPUT_CHARACTERS_SHOWN,
        is_source_cut=len(source) > SOURCE_LINES_SHOWN,
    )


def _legible(value: Any) -> Any:
    """Return a report's values without what a program said and a page cannot hold."""
    match value:
        case str():
            return legible(value)
        case dict():
            return {key: _legible(item) for key, item in value.items()}
        case list() | tuple():
            return [_legible(item) for item in value]
        case _:
            return value


def _scenario(
    scenario: Mapping[str, Any], *, number: int, source: tuple[SafeString, ...]
) -> Scenario:
    findings = _findings(scenario)
    lines = _script(scenario, findings)
    shown = {finding.step for finding in findings} & {line.number for line in lines}
    return Scenario(
        number=number,
        name=scenario["name"],
        outcome=scenario["outcome"],
        points=scenario["points"],
        out_of=scenario["out_of"],
        took_ms=scenario.get("took_ms"),
        lines=lines,
        findings=tuple(finding for finding in findings if finding.step not in shown),
        excerpt=_excerpt(source, findings),
        headline=findings[0].title if findings else "",
        has_timeline=bool(scenario.get("conduct")),
    )


def _findings(scenario: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(
            title=finding.get("title", ""),
            message=finding["message"],
            remark=_remark(finding),
            source_line=finding.get("source_line"),
            step=finding.get("step"),
        )
        for finding in scenario["findings"]
    ]


def _remark(finding: Mapping[str, Any]) -> str:
    """Shorten a finding to what fits beside a line of the program."""
    syscall, client, neglected = map(finding.get, ("syscall", "client", "neglected"))
    if not syscall:
        return str(finding["message"])
    on = f" on {client}" if client and client != neglected else ""
    meanwhile = f" while {neglected} is waiting" if neglected else ""
    return f"asleep here in {call_name(syscall)}{on}{meanwhile}"


def _script(scenario: Mapping[str, Any], findings: list[Finding]) -> tuple[ScriptLine, ...]:
    """Lay the steps beside the script; a step inside `repeat` keeps its worst outcome.

    What happens before the script, such as that the server listens, is line 0.
    """
    steps: dict[int, Mapping[str, Any]] = {}
    for step in scenario["steps"]:
        if steps.get(step["line"], step)["outcome"] in {"passed", step["outcome"]}:
            steps[step["line"]] = step

    before = steps[0]["text"] if 0 in steps else ""
    return tuple(
        ScriptLine(
            number=number,
            text=text,
            outcome=steps[number]["outcome"] if number in steps else "",
            took_ms=steps[number].get("took_ms") if number in steps else None,
            doing=steps[number].get("doing", "") if number in steps else "",
            findings=tuple(finding for finding in findings if finding.step == number),
        )
        for number, text in enumerate([before, *scenario["script"].split("\n")])
        if text.strip()
    )


def _remarks(findings: Iterable[Finding]) -> dict[int, tuple[str, ...]]:
    """Collect what is said about each line of the program, each sentence once."""
    remarks: dict[int, tuple[str, ...]] = {}
    for finding in findings:
        if finding.source_line is not None:
            said = remarks.get(finding.source_line, ())
            if finding.remark not in said:
                remarks[finding.source_line] = (*said, finding.remark)
    return remarks


def _excerpt(source: tuple[SafeString, ...], findings: list[Finding]) -> tuple[SourceLine, ...]:
    """Cut out the lines around the first finding that points into the program."""
    remarks = _remarks(findings)
    pointed = next((f.source_line for f in findings if f.source_line is not None), None)
    if pointed is None:
        return ()
    begin = max(pointed - 1 - EXCERPT_LINES_AROUND, 0)
    return _lines(source[begin : pointed + EXCERPT_LINES_AROUND], remarks, first=begin + 1)


def _lines(
    source: tuple[SafeString, ...], remarks: Mapping[int, tuple[str, ...]], *, first: int = 1
) -> tuple[SourceLine, ...]:
    return tuple(
        SourceLine(number=number, html=html, remarks=remarks.get(number, ()))
        for number, html in enumerate(source, start=first)
    )
