"""Why a step failed: what a rule is given, and what it gives back."""

from dataclasses import dataclass
from typing import Protocol

from iomodels.record import Activity, Failing, Failure, ScenarioRecord, StepRecord
from iomodels.report import Finding
from iomodels.wording import place

# A client waits for something that cannot come any more.
WAITING = (Failing.NOT_ANSWERED, Failing.NOT_CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A step that failed, and the scenario that it stands in."""

    scenario: ScenarioRecord
    step: StepRecord
    failure: Failure

    @property
    def has_ended(self) -> bool:
        """Whether the program was gone when the step was decided."""
        return bool(self.step.moment and self.step.moment.activity is Activity.ENDED)

    def place(self, line: int | None) -> str:
        """Return a line of the program in words, or nothing if it is not known."""
        return place(line, file_name=self.scenario.file_name)


class Explanation(Protocol):
    """A rule that may be the reason why a step failed."""

    name: str

    def explain(self, seen: Seen) -> Finding | None:
        """Return the finding, or None if this rule is not the reason."""
        ...


def sentence(rule: object) -> str:
    """Return a rule's sentence: the first line of its docstring."""
    return (rule.__doc__ or "").splitlines()[0]
