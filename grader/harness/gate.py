"""What each wrong server says of itself, and whether it was caught for that reason."""

import re
from dataclasses import dataclass

from grader.harness.exercise import ExerciseError
from iomodels.record import Outcome
from iomodels.report import Report

FIRST_LINE = re.compile(
    r'^(?:#|//) Wrong: (?P<why>.+)\. Caught by (?P<rule>[a-z-]+) in "(?P<where>.+)"\.$'
)
EXAMPLE = '# Wrong: it reads until a newline comes. Caught by waits-for-everyone in "A half line".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Why a server is wrong, and the rule and the scenario that must catch it."""

    why: str
    rule: str
    scenario: str

    def holds(self, report: Report) -> bool:
        """Return whether the report fails the server by this rule in this scenario."""
        return report.outcome is Outcome.FAILED and any(
            finding.rule == self.rule
            for scenario in report.scenarios
            if scenario.name == self.scenario
            for finding in scenario.findings
        )


def claim(name: str, text: str) -> Claim:
    """Return what a wrong server's first line says. Raise ExerciseError if it says nothing."""
    found = FIRST_LINE.match(text.split("\n", 1)[0])
    if not found:
        message = f"The first line must say why it is wrong and what catches it: {EXAMPLE}"
        raise ExerciseError(message, file=name, line=1)
    return Claim(why=found["why"], rule=found["rule"], scenario=found["where"])
