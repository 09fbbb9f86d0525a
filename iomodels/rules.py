"""The rules, each one sentence that a student reads, in the order in which they explain.

A step that failed is explained by the first rule that applies to it. The rules that an exercise
asks for on top look at the whole scenario.
"""

from iomodels.analysis import Analysis
from iomodels.answers import Answers, AnswersInOrder
from iomodels.compilation import Compiles
from iomodels.conduct import Listens, Rests, StaysUp, WithinLimits
from iomodels.demanded import Evidence, demanded
from iomodels.demands import Demands
from iomodels.explanation import Explanation, Seen, sentence
from iomodels.neglect import AcceptsEverybody, KeepsTheRest, WaitsForEveryone
from iomodels.record import Outcome, ScenarioRecord
from iomodels.report import Finding
from iomodels.wording import count

EXPLANATIONS: tuple[Explanation, ...] = (
    Compiles(),
    WithinLimits(),
    StaysUp(),
    Listens(),
    AcceptsEverybody(),
    WaitsForEveryone(),
    KeepsTheRest(),
    Rests(),
    AnswersInOrder(),
    Answers(),
)


def findings(
    scenario: ScenarioRecord, demands: Demands, analysis: Analysis | None = None
) -> tuple[Finding, ...]:
    """Return why a scenario failed; nothing if it held."""
    seen = [
        Seen(scenario=scenario, step=step, failure=step.failure)
        for step in scenario.steps
        if step.outcome is Outcome.FAILED and step.failure
    ]
    explained = [_explain(failed) for failed in seen]
    evidence = Evidence(scenario=scenario, analysis=analysis)
    rules = {finding.rule for finding in explained}
    return (
        *explained,
        *([] if explained else _unseen(scenario)),
        *(
            one
            for rule in demanded(demands)
            for one in rule.check(evidence)
            # A failed step says it better: it was proven at one moment, and has its line.
            if one.rule not in rules
        ),
    )


def _unseen(scenario: ScenarioRecord) -> list[Finding]:
    """Fail a server that filled its trace: what it did after that would be judged by nobody."""
    if not scenario.trace_lost_bytes:
        return []
    return [
        Finding(
            rule=WithinLimits.name,
            title=sentence(WithinLimits()),
            message="The program made so many system calls that the list of them is too long to be "
            f"kept: {count(scenario.trace_lost_bytes, 'byte')} of it are lost, and with them what "
            "the program did.",
        )
    ]


def _explain(seen: Seen) -> Finding:
    explained = (rule.explain(seen) for rule in EXPLANATIONS)
    return next(finding for finding in explained if finding)
