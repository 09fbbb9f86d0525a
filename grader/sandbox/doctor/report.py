"""The self-test as an operator reads it: a tick, or the command that mends it."""

import textwrap
from collections.abc import Sequence

from grader.sandbox.doctor.checks import Check, State, is_sound

_SIGNS = {State.OK: "\N{CHECK MARK}", State.WARNING: "!", State.FAILED: "\N{BALLOT X}"}
_INDENT, _COLUMNS = 4, 100


def report(checks: Sequence[Check]) -> str:
    """Return the checks, a line each, and below them whether this machine grades."""
    width = max((len(check.name) for check in checks), default=0)
    lines = [line for check in checks for line in _lines(check, width)]
    return "\n".join([*lines, "", _conclusion(checks)])


def _lines(check: Check, width: int) -> list[str]:
    head = f"  {_SIGNS[check.state]} {check.name:{width}}  "
    found = textwrap.wrap(
        check.detail,
        _COLUMNS,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    found = found or [head.rstrip()]
    if check.mend:  # In one piece, to be copied.
        found.append(f"{' ' * (len(head) + _INDENT)}to mend it: {check.mend}")
    return found


def _conclusion(checks: Sequence[Check]) -> str:
    if not is_sound(checks):
        return "No program is run on this machine until that is mended."
    holes = sum(check.state is State.WARNING for check in checks)
    if holes:
        lines = "the line" if holes == 1 else f"the {holes} lines"
        return f"Programs are run on this machine, but read {lines} with ! first."
    return "Programs are isolated on this machine."
