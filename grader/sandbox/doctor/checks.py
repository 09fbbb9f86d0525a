"""What must hold before a program may be run, and what was found of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"  # Grading goes on; the detail says what is missing.
    FAILED = "failed"  # No program is run.


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold."""

    name: str
    state: State
    detail: str = ""  # What was found.
    mend: str = ""  # The command that mends it; empty if nothing is wrong.

    @property
    def is_ok(self) -> bool:
        """Tell whether programs may be run as far as this goes."""
        return self.state is not State.FAILED


def passed(name: str, detail: str = "") -> Check:
    return Check(name=name, state=State.OK, detail=detail)


def warned(name: str, detail: str, mend: str) -> Check:
    return Check(name=name, state=State.WARNING, detail=detail, mend=mend)


def failed(name: str, detail: str, mend: str) -> Check:
    return Check(name=name, state=State.FAILED, detail=detail, mend=mend)


def is_sound(checks: Iterable[Check]) -> bool:
    """Tell whether programs may be run."""
    return all(check.is_ok for check in checks)


def as_json(checks: Sequence[Check]) -> str:
    return json.dumps([asdict(check) for check in checks])


def from_json(text: str | bytes) -> tuple[Check, ...]:
    """Read what `as_json` wrote. Raise ValueError or TypeError for anything else."""
    return tuple(Check(**{**check, "state": State(check["state"])}) for check in json.loads(text))
