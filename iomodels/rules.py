"""The rules, each one sentence that a student reads, in the order in which they explain.

A step that failed is explained by the first rule that applies to it. The rules that an exercise
asks for on top look at the whole scenario.
"""

from dataclasses import dataclass

from iomodels.answers import Answers
from iomodels.compilation import Compiles
from iomodels.conduct import Listens, Rests, StaysUp, WithinLimits
from iomodels.demands import Demands
from iomodels.explanation import Explanation, Seen
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
    Answers(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """Serve everybody with no more threads and processes than allowed."""

    name: str
    thing: str
    allowed: int

    def check(self, scenario: ScenarioRecord) -> list[Finding]:
        seen = scenario.most_threads if self.thing == "thread" else scenario.most_processes
        # Who lives between two looks is not seen, but counted; a process has one thread at least.
        made = scenario.tasks_made if self.thing == "thread" and self.allowed == 1 else 0
        if seen <= self.allowed and made <= 1:
            return []
        if seen > self.allowed:
            is_many_processes = scenario.most_processes == seen
            what = f"had {count(seen, 'process' if is_many_processes else self.thing)} at once"
        else:
            what = f"made {count(made, 'thread')} or processes in all, its first included"
        return [
            Finding(
                rule=self.name,
                title=f"Serve everybody with at most {count(self.allowed, self.thing)}.",
                message=f"The server {what}; allowed: {self.allowed}.",
            ),
        ]


def findings(scenario: ScenarioRecord, demands: Demands) -> tuple[Finding, ...]:
    """Return why a scenario failed; nothing if it held."""
    seen = [
        Seen(scenario=scenario, step=step, failure=step.failure)
        for step in scenario.steps
        if step.outcome is Outcome.FAILED and step.failure
    ]
    explained = [_explain(failed) for failed in seen]
    return (*explained, *(one for rule in demanded(demands) for one in rule.check(scenario)))


def demanded(demands: Demands) -> list[AtMost]:
    """Return the rules that an exercise asks for on top of its scenarios."""
    found = []
    for thing, plural, allowed in (
        ("thread", "threads", demands.at_most_threads),
        ("process", "processes", demands.at_most_processes),
    ):
        if allowed is not None:
            found.append(AtMost(name=f"at-most-{plural}", thing=thing, allowed=allowed))
    return found


def _explain(seen: Seen) -> Finding:
    explained = (rule.explain(seen) for rule in EXPLANATIONS)
    return next(finding for finding in explained if finding)
