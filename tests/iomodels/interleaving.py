"""The same run as strace might have written it had it been scheduled otherwise."""

import re
from collections.abc import Iterable
from random import Random

# These are printed as far as their first argument when they begin, the rest when they return.
READING = re.compile(r"(?:read|recvfrom|recvmsg|accept4?|epoll_p?wait|wait4)\(")
_CALL = re.compile(r"(\d+) +(\d+)\.(\d{9}) (\w+)\((.*)(\) += .* <(\d+)\.(\d{9})>)")


def interleaved(trace: str, random: Random) -> str:
    """Return another order of the lines in which each thread's own order is kept.

    A call that other lines come in between of is written in two parts.
    """
    waiting: dict[str, list[str]] = {}
    for line in trace.splitlines():
        waiting.setdefault(line.split(" ")[0], []).extend(_parts(line, random))
    queues = [lines[::-1] for lines in waiting.values()]
    found: list[str] = []
    while queues := [lines for lines in queues if lines]:
        found.append(random.choice(queues).pop())
    return "\n".join(found) + "\n"


def _parts(line: str, random: Random) -> Iterable[str]:
    call = _CALL.fullmatch(line)
    if not call or random.random() < 0.5:
        return [line]
    thread, seconds, fraction, name, arguments, rest, took, took_ns = call.groups()
    ended_ns = int(seconds + fraction) + int(took + took_ns)
    first, _, others = arguments.partition(", ")
    if not READING.match(f"{name}(") or not others:
        first, others = arguments, ""
    head = f"{thread} {seconds}.{fraction} {name}({first}{', ' * bool(others)} <unfinished ...>"
    stamp = f"{ended_ns // 10**9}.{ended_ns % 10**9:09}"
    return [head, f"{thread} {stamp} <... {name} resumed>{others}{rest}"]
