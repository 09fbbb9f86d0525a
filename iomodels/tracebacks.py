"""What a program said last: the error in its own words, and the line of its own file."""

import re
from dataclasses import dataclass

FRAME = re.compile(r'^\s*File "/w/server\.py", line (\d+)', re.MULTILINE)
# The last line of a traceback: an exception's name, perhaps with its module, and what it says.
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
    errors = ERROR.findall(output)
    lines = FRAME.findall(output)
    return LastWords(
        error=errors[-1][:MOST_SHOWN] if errors else "",
        line=int(lines[-1]) if lines else None,
    )
