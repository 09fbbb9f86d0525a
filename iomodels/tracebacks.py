"""What a program said last: the error in its own words, and the line of its own file."""

import re
from dataclasses import dataclass

# Not \s: that crosses lines, and many empty ones would take the square of their number.
# Not \d+: Python refuses to make a number of thousands of digits, and a program may print them.
FRAME = re.compile(r'^[ \t]*File "/w/server\.py", line (\d{1,9})\b', re.MULTILINE)
# What stands below a traceback's frames, whatever the exception is called: struct.error, Refused.
BELOW_FRAMES = re.compile(
    r"^Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*)$", re.MULTILINE
)
# An error without a traceback, as of syntax: its name, perhaps with its module, and what it says.
ERROR = re.compile(
    r"^((?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning)\b.*)$",
    re.MULTILINE,
)
MOST_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    error: str  # "ConnectionResetError: [Errno 104] Connection reset by peer", or "".
    line: int | None  # Of the program's own file, the innermost.


def last_words(output: str) -> LastWords:
    """Return the last error that a Python program printed, and where in its file it stood."""
    errors = [*BELOW_FRAMES.finditer(output), *ERROR.finditer(output)]
    last = max(errors, key=lambda found: found.start(1), default=None)
    lines = FRAME.findall(output)
    return LastWords(
        error=printable(last[1][:MOST_SHOWN]) if last else "",
        line=int(lines[-1]) if lines else None,
    )


def last_line(output: str) -> str:
    """Return the last line that a program printed and that is not empty."""
    lines = output[-MOST_SHOWN * 4 :].rstrip().splitlines()
    return printable(lines[-1].strip()[-MOST_SHOWN:]) if lines else ""


def printable(text: str) -> str:
    """Return a hostile program's words without what a terminal would obey."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
