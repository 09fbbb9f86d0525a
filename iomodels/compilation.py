"""What a compiler complains of: the first error in its own words, and the rule that tells of it."""

import re
from dataclasses import dataclass

from iomodels.explanation import Seen, sentence
from iomodels.record import Failing
from iomodels.report import Finding
from iomodels.tracebacks import MOST_SHOWN, printable

# Nothing here crosses lines, so that hostile output takes no longer than its length.
# Not \d+: what a program is called in these lines is its author's choice (#line), and Python
# refuses to make a number of thousands of digits.
ERROR = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d{1,9}):(?:\d{1,9}:)? (?:fatal )?[Ee]rror: (?P<text>.*)$",
    re.MULTILINE,
)
# The linker's words begin with its own name or do not, from version to version.
UNDEFINED = re.compile(
    r"(?:^|: )(?:(?P<file>[^\s:]+):(?P<line>\d{1,9})|\(\.text[^()\n]*\)): "
    r"(?P<text>undefined reference to .*)$",
    re.MULTILINE,
)
OF_A_TOOL = re.compile(
    r"^[\w/.+-]+: (?:fatal |internal compiler )?error: (?P<text>.*)$", re.MULTILINE
)
INCLUDED_FROM = r"^(?:In file included|[ \t]+) ?from {}:(\d{{1,9}})[:,]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    text: str  # "expected ';' before 'return'"
    line: int | None  # Of the program's own file.


class Compiles:
    """Compile without errors."""

    name = "compiles"

    def explain(self, seen: Seen) -> Finding | None:
        step, failure = seen.step, seen.failure
        if failure.failing is not Failing.NOT_COMPILED:
            return None
        if failure.detail:
            what = f"was stopped: {failure.detail}"
        else:
            what = f"refused the program: {failure.received}"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The compiler {what}{seen.place(failure.source_line)}.",
            source_line=failure.source_line,
            step=step.line,
        )


def first_error(output: str, *, file_name: str) -> Complaint:
    """Return the first error that a compiler or a linker printed.

    An error in a header belongs to the line that includes it.
    """
    for pattern in (ERROR, UNDEFINED, OF_A_TOOL):
        if found := pattern.search(output):
            return Complaint(text=_shown(found["text"]), line=_line(found, output, file_name))
    said = output.strip().splitlines() or [""]
    return Complaint(text=_shown(said[-1]), line=None)


def _shown(text: str) -> str:
    return printable(text.strip().rstrip(".")[:MOST_SHOWN]) or "it gave no reason"


def _line(found: re.Match[str], output: str, file_name: str) -> int | None:
    place = found.groupdict()
    if place.get("file") == file_name and place["line"]:
        return int(place["line"])
    if found.re is not ERROR:
        return None
    from_here = re.compile(INCLUDED_FROM.format(re.escape(file_name)), re.MULTILINE)
    before = from_here.findall(output, 0, found.start())
    return int(before[-1]) if before else None
