"""What stands in the arguments of a call: descriptors, time-outs, flags."""

import re
from collections.abc import Iterator

from iomodels.trace import Call

# What strace says of a descriptor: `>` inside is part of `->`, or ends a device's `<char 1:3>`.
LABEL = r"((?:[^<>]++|(?<=-)>|<[a-z]+ \d+:\d+>)*)"
DESCRIPTOR = re.compile(rf"([0-9]{{1,10}})<{LABEL}>")
_POLLED = re.compile(rf"\{{fd=([0-9]{{1,10}})<{LABEL}>, events=([A-Z0-9|]+)")
_LENGTH = re.compile(r"\{tv_sec=(-?[0-9]{1,20}), tv_(n|u)sec=(-?[0-9]{1,20})\}")
_PORT = re.compile(r"sin6?_port=htons\(([0-9]{1,5})\)")
_LONGEST_NUMBER = 11  # Of an int's letters, with its sign.
_READABLE = ("POLLIN", "POLLRDNORM", "POLLPRI")
_UNITS = {"n": 1, "u": 1000}


def descriptor(call: Call) -> tuple[int, str] | None:
    """Return the number and the label of the first argument."""
    found = DESCRIPTOR.match(call.arguments)
    return (int(found[1]), found[2]) if found else None


def watched(call: Call) -> Iterator[tuple[int, str]]:
    """Yield the descriptors that a select or poll waits to read from."""
    if "poll" in call.name:
        for found in _POLLED.finditer(call.arguments):
            if any(word in found[3] for word in _READABLE):
                yield int(found[1]), found[2]
        return
    # select(nfds, [readable], [writable], ...): only the first list.
    begin = call.arguments.find("[")
    first = call.arguments.find(", ")
    if begin != first + 2:  # NULL, or an address that strace could not read.
        return
    at = begin + 1
    while listed := DESCRIPTOR.match(call.arguments, at):
        yield int(listed[1]), listed[2]
        at = listed.end() + 1


def timeout_ns(call: Call) -> int | None:
    """Return the time-out that a readiness call was given; None: none, or not known yet.

    epoll_wait's stands behind what it returns, so that of a call that never returned is missing.
    """
    words = call.arguments
    match call.name:
        case "poll" | "epoll_wait":
            return _milliseconds(words.rpartition(", ")[2])
        case "epoll_pwait":
            parts = words.rsplit(", ", 3)
            return _milliseconds(parts[1]) if len(parts) == 4 else None
        case _:
            # The time-out stands behind the last list; the lists can be long.
            return length_ns(words[words.rfind("]") + 1 :])


def length_ns(words: str) -> int | None:
    """Return the first struct timespec or timeval, in nanoseconds."""
    found = _LENGTH.search(words)
    return int(found[1]) * 1_000_000_000 + int(found[3]) * _UNITS[found[2]] if found else None


def port(call: Call) -> int | None:
    """Return the port of the address that a call was given or gave back."""
    found = _PORT.search(call.arguments)
    return int(found[1]) if found else None


def _milliseconds(word: str) -> int | None:
    if len(word) > _LONGEST_NUMBER:
        return None
    try:
        value = int(word)
    except ValueError:
        return None
    return None if value < 0 else value * 1_000_000
