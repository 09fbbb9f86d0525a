r"""The grammar of one line of strace, and where a line leaves it.

    PID  SECONDS.NANOSECONDS  NAME(ARGUMENTS) = RESULT <SECONDS>
    PID  SECONDS.NANOSECONDS  NAME(ARGUMENTS <unfinished ...>
    PID  SECONDS.NANOSECONDS  <... NAME resumed>ARGUMENTS) = RESULT <SECONDS>
    PID  SECONDS.NANOSECONDS  --- SIGNAL {...} ---
    PID  SECONDS.NANOSECONDS  +++ exited with 0 +++

What a program can choose stands in quotes, where strace escapes quotes, backslashes and all that is
not printable, or in a descriptor's `<...>`, where it escapes `<` and `>` too, so `->` is strace's
own. Read from left to right the grammar needs no guess: whatever a program writes, it stays inside
its quotes. The alternatives of every repetition differ in their first character, and its runs of
plain characters are possessive, so a line costs time in proportion to its length. (A possessive
group would say more, but Python before 3.11.5 goes on one character late after one that fails.)
"""

import re
from re import Match

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
# `TCP:[127.0.0.1:80->127.0.0.1:40000]`, `UNIX:[1->2,"path"]`; or a path, which begins with `/` and
# may end with `-`, and after which a device has its number: `/dev/null<char 1:3>`.
# A socket's last bracket: else each could end at its arrow, too, and a refused line with n of them
# could be read in 2^n ways.
SOCKET = rf'[A-Z][A-Za-z0-9-]*+:\[[^<>"]*+(?:(?:{STRING}|(?<=-)>)[^<>"]*+)*(?<=\])'
PATH = r"(?:/|[a-z_]++:)[^<>]*+(?:<[a-z]+ \d+:\d+>)?"
DECORATION = rf"<(?:{SOCKET}|{PATH}|unavailable)>"
# Of restart_syscall, which has no arguments of its own.
RESUMING = r"<\.\.\. resuming interrupted [a-z_][a-z0-9_]*+ \.\.\.>"
# `<<` shifts a bit; `>` alone ends `=>`, which separates what went in from what came out.
PLAIN = r'[^"<()]*+'
NESTED = rf"{PLAIN}(?:(?:{STRING}|{DECORATION}|{RESUMING}|<<){PLAIN})*"
for _ in range(3):  # Brackets in brackets: htons(1), WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP.
    NESTED = rf"{PLAIN}(?:(?:{STRING}|{DECORATION}|{RESUMING}|\({NESTED}\)|<<){PLAIN})*"
ARGUMENTS = rf"({NESTED})"
UNFINISHED = "<unfinished ...>"

# No kernel writes a longer one, and Python refuses to make a number of thousands of digits.
THREAD, SECONDS, NUMBER = "[0-9]{1,10}+", "[0-9]{1,10}+", "[0-9]{1,20}+"
HEAD = rf"({THREAD}) ++({SECONDS})\.([0-9]{{9}}) "
# `???`: of a thread that was killed before strace could ask what it had called.
NAME = r"([a-z_][a-z0-9_]*+|syscall_0x[0-9a-f]++|\?\?\?+)"
RESUMED = rf"<\.\.\. {NAME} resumed>"
# A new process has one number in its own pid namespace and one in strace's.
OUTER = rf"(?: /\* ({THREAD}) in strace's PID NS \*/)?"
# What stands behind the path of a file that has no name any more.
DELETED = r"(?:\(deleted\))?"
RESULT = (
    rf"\) += (?:(-?{NUMBER})(?:({DECORATION}){DELETED}|{OUTER})|0x[0-9a-f]++|\?)"
    rf"(?: (E[A-Z0-9_]++))?(?: (\({NESTED}\)))?(?: <(?:({SECONDS})\.([0-9]{{9}})|unavailable)>)?$"
)
DETACHED = "<detached ...>"  # strace has let go of a thread that was in a call.
STOPPED = rf"(?:{re.escape(UNFINISHED)}|{re.escape(DETACHED)})$"

CALL = re.compile(rf"{HEAD}(?:{NAME}\(|{RESUMED}){ARGUMENTS}(?:{RESULT}|{STOPPED})")
# A thread that is killed leaves `<... read resumed> <unfinished ...>) = ?` behind.
KILLED = re.compile(rf"{HEAD}(?:{NAME}\(|{RESUMED}){ARGUMENTS}{re.escape(UNFINISHED)}\) += \?$")
SIGNAL = re.compile(rf"{HEAD}--- (SIG[A-Z0-9_]+|stopped by SIG[A-Z]+)(?: \{{.*\}})? ---$")
END = re.compile(rf"{HEAD}\+\+\+ (exited with \d+|killed by SIG\w+(?: \(core dumped\))?) \+\+\+$")
# strace 6.1 says so when a thread takes over another's number by execve; the thread goes on.
SUPERSEDED = re.compile(rf"{HEAD}\+\+\+ superseded by execve in pid \d+ \+\+\+$")

FRACTION, TOOK = 3, 12  # Groups of CALL.
# A path keeps a quotation mark of its own, which begins no string. A string that is not closed, as
# when a line was cut in two inside it, is left as it is to the end.
_QUOTED = re.compile(rf'<{PATH}>|({STRING})|".*')
_PARTS = (
    (re.compile(rf"{THREAD} ++"), "a thread's number"),
    (re.compile(rf"{SECONDS}\.[0-9]{{9}} "), "a moment: seconds, a point and nine digits"),
    (re.compile(rf"{NAME}\(|{RESUMED}|---|\+\+\+"), "a system call, a signal or an end"),
    (re.compile(ARGUMENTS), "arguments"),
    (re.compile(rf"{RESULT}|{STOPPED}"), "a result"),
)


def without_strings(words: str) -> str:
    """Return arguments with their strings empty: no program shall say what only strace may say.

    Bytes that it reads, and names of its unix sockets, can look like descriptors and flags.
    """
    before, quote, rest = words.partition('"')
    if not quote:
        return words
    string, _, after = rest.partition('"')
    # One string, as in most reads; or part of one path, which means nothing to anybody.
    if '"' not in after and string[-1:] != "\\" and ">" not in string:
        return f'{before}""{after}'
    return _QUOTED.sub(lambda at: '""' if at[1] else at[0], words)


def misfit(line: str) -> tuple[int, str]:
    """Return the column, from 1, at which a refused line leaves the grammar, and what was due."""
    at = 0
    for part, due in _PARTS:
        found = part.match(line, at)
        if not found:
            return at + 1, due
        at = found.end()
    return at + 1, "the end of the line"


def moment_ns(found: Match[str]) -> int:
    """Return the time stamp of any line, in nanoseconds since the epoch."""
    return int(found[2] + found[3])
