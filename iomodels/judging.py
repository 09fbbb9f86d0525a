"""From a record and an exercise's demands to a report: the same record, the same report."""

from collections.abc import Sequence
from dataclasses import dataclass

from iomodels import conducts as conduct
from iomodels.analysis import Analysis, analyse
from iomodels.demands import Demands
from iomodels.models import Model
from iomodels.record import Outcome, Record, ScenarioRecord, StepRecord
from iomodels.report import Conduct, Report, Resources, ScenarioReport, StepReport
from iomodels.rules import findings
from iomodels.wording import count, doing

OUTPUT_SHOWN = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What judging needs to know of one scenario of an exercise."""

    name: str
    points: int
    script: str


def judge(title: str, tasks: Sequence[Task], demands: Demands, record: Record) -> Report:
    """Return the report on a record of one run of these tasks."""
    reports = tuple(
        judge_scenario(task, demands, played)
        for task, played in zip(tasks, record.scenarios, strict=True)
    )
    return conclude(title, reports, demands, record)


def conclude(
    title: str, reports: Sequence[ScenarioReport], demands: Demands, record: Record
) -> Report:
    """Return the report on a run whose scenarios have been judged.

    Where a model is asked for, somebody must have seen it: a server whose model could be told in no
    scenario has not been proven wrong, and has not passed.
    """
    conducts = [one.conduct for one in reports if one.conduct]
    is_hidden = bool(demands.model and conducts) and not any(map(_is_told, conducts))
    return Report(
        exercise=title,
        outcome=_overall(reports, is_hidden=is_hidden),
        points=0 if is_hidden else sum(report.points for report in reports),
        out_of=sum(report.out_of for report in reports),
        verdict=_verdict(reports, is_hidden=is_hidden),
        scenarios=tuple(reports),
        resources=_resources(record),
        output=_output(record),
        seed=record.seed,
        conduct=conduct.of_all(conducts),
        compiler=record.compilation.output if record.compilation else "",
    )


def judge_scenario(task: Task, demands: Demands, played: ScenarioRecord) -> ScenarioReport:
    """Return the report on one scenario: its outcome, its points, and why."""
    return judge_analysed(task, demands, played, analyse(played) if played.trace else None)


def judge_analysed(
    task: Task, demands: Demands, played: ScenarioRecord, analysis: Analysis | None
) -> ScenarioReport:
    """Return the same for a scenario whose trace, if there is one, was analysed already."""
    found = findings(played, demands, analysis)
    outcome = Outcome.FAILED if found else Outcome.PASSED
    # Only what held in every step has passed: a step that failed without a reason proves nothing.
    if not found and any(step.outcome is not Outcome.PASSED for step in played.steps):
        outcome = Outcome.UNDECIDED
    return ScenarioReport(
        name=task.name,
        outcome=outcome,
        points=task.points if outcome is Outcome.PASSED else 0,
        out_of=task.points,
        script=task.script,
        took_ms=_milliseconds(played.took_ns),
        steps=tuple(_step(step) for step in played.steps),
        findings=found,
        conduct=conduct.of(analysis) if analysis else None,
    )


def _step(step: StepRecord) -> StepReport:
    return StepReport(
        line=step.line,
        text=step.text,
        outcome=step.outcome,
        took_ms=_milliseconds(step.took_ns),
        doing=doing(step.moment),
    )


def _is_told(seen: Conduct) -> bool:
    return seen.model != Model.UNKNOWN


def _overall(reports: Sequence[ScenarioReport], *, is_hidden: bool) -> Outcome:
    """A proven failure stands; else a scenario without a verdict leaves the run undecided."""
    outcomes = {report.outcome for report in reports}
    for outcome in (Outcome.FAILED, Outcome.UNDECIDED):
        if outcome in outcomes:
            return outcome
    return Outcome.UNDECIDED if is_hidden else Outcome.PASSED


def _verdict(reports: Sequence[ScenarioReport], *, is_hidden: bool) -> str:
    failed = [report for report in reports if report.outcome is Outcome.FAILED]
    if failed:
        return failed[0].findings[0].message
    if any(report.outcome is Outcome.UNDECIDED for report in reports):
        return (
            "There was no verdict within the real time that a scenario may take; it costs you "
            "nothing. A machine that is too busy can be the reason, or a very slow server."
        )
    if is_hidden:
        return (
            "Your clients got what they asked for, but in no scenario could it be told how the "
            "server waits for them, and this exercise asks for a model."
        )
    return f"Your server held in {count(len(reports), 'scenario')}: nobody had to wait for anybody."


def _resources(record: Record) -> Resources:
    played = record.scenarios
    return Resources(
        threads=max((scenario.most_threads for scenario in played), default=0),
        processes=max((scenario.most_processes for scenario in played), default=0),
        cpu_ms=_milliseconds(sum(scenario.cpu_ns for scenario in played)),
        memory_kib=max((scenario.memory_bytes for scenario in played), default=0) // 1024,
        took_ms=_milliseconds(sum(scenario.took_ns for scenario in played)),
    )


def _output(record: Record) -> str:
    """Return what the program printed in the first scenario that it failed in, or at all."""
    printed = [scenario.output for scenario in record.scenarios if scenario.output]
    failed = [
        scenario.output
        for scenario in record.scenarios
        if scenario.output and any(step.outcome is Outcome.FAILED for step in scenario.steps)
    ]
    return next(iter([*failed, *printed]), "")[:OUTPUT_SHOWN]


def _milliseconds(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)
