"""The machines that grade, and whether programs are isolated on them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from grader import sandbox
from grader.models import Machine
from grader.sandbox import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the last self-test on a machine found."""

    name: str
    tested_at: datetime
    is_sound: bool
    checks: tuple[Check, ...]

    @property
    def troubles(self) -> tuple[Check, ...]:
        """The checks that an operator should read."""
        return tuple(check for check in self.checks if check.mend)


def note(name: str, checks: Sequence[Check]) -> None:
    """Store what a machine's self-test has just found."""
    found = {
        "tested_at": timezone.now(),
        "is_sound": sandbox.is_sound(checks),
        "checks": json.loads(sandbox.as_json(checks)),
    }
    Machine.objects.update_or_create(name=name, defaults=found)


def conditions() -> list[Condition]:
    """Return every machine that has ever graded, those that refuse to first."""
    return [
        Condition(
            name=machine.name,
            tested_at=machine.tested_at,
            is_sound=machine.is_sound,
            checks=sandbox.from_json(json.dumps(machine.checks)),
        )
        for machine in Machine.objects.all()
    ]
