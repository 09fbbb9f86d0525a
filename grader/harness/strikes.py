"""The limits of the sandbox that a program met, as its trace, its files and its last words show."""

import re
from collections import Counter
from collections.abc import Iterator

from grader.sandbox import Limits, Space
from iomodels.limits import SAID
from iomodels.record import Bound, Strike

# A line that ends with a refusal. What the program can choose stands in quotes, before the bracket
# that closes the arguments, so it cannot look like the end of a line.
_REFUSED = re.compile(
    rb"\) += -1 (EAGAIN|EMFILE|EFBIG|ENOSPC|ENOMEM) \([^()\"\n]*\)(?: <[\d.]+>)?$", re.MULTILINE
)
_CALL = re.compile(rb"\d+ +[\d.]+ (?:<\.\.\. )?([a-z_0-9]+)")
_MAKING_TASKS = (b"clone", b"fork", b"vfork")
_BOUNDS = {
    b"EMFILE": Bound.OPEN_FILES,
    b"EFBIG": Bound.FILE_SIZE,
    b"ENOSPC": Bound.SPACE,
    b"ENOMEM": Bound.ADDRESSES,
}
_SIGNALS = {"SIGXCPU": Bound.CPU, "SIGXFSZ": Bound.FILE_SIZE}
_LAST_WORDS = 1000  # Characters.


def strikes(
    trace: bytes, *, output: str, signal: str | None, space: Space, limits: Limits
) -> tuple[Strike, ...]:
    """Return the limits that were met, each once; those that ended the program come first."""
    found: dict[Bound, Strike] = {}
    for bound, by, times in (
        *([(_SIGNALS[signal], signal, 1)] if signal in _SIGNALS else []),
        *_refused_calls(trace),
        *((bound, "", 1) for words, bound in SAID.items() if words in output[-_LAST_WORDS:]),
    ):
        where = Bound.FILES if bound is Bound.SPACE and space.files == 0 else bound
        strike = Strike(bound=where, allowed=_allowed(where, limits), by=by, times=times)
        found.setdefault(where, strike)
    return tuple(found.values())


def _refused_calls(trace: bytes) -> Iterator[tuple[Bound, str, int]]:
    counts: Counter[tuple[Bound, str]] = Counter()
    for refusal in _REFUSED.finditer(trace):
        line = trace[trace.rfind(b"\n", 0, refusal.start()) + 1 : refusal.start()]
        call = _CALL.match(line)
        name = call[1] if call else b""
        if refusal[1] != b"EAGAIN":
            counts[_BOUNDS[refusal[1]], name.decode()] += 1
        elif name in _MAKING_TASKS:
            counts[Bound.PROCESSES, name.decode()] += 1
    for (bound, name), times in counts.most_common():
        yield bound, name, times


def _allowed(bound: Bound, limits: Limits) -> int:
    return {
        Bound.PROCESSES: limits.processes,
        Bound.OPEN_FILES: limits.open_files,
        Bound.FILE_SIZE: limits.file_bytes,
        Bound.SPACE: limits.tmp_bytes,
        Bound.FILES: limits.tmp_inodes,
        Bound.ADDRESSES: limits.address_space_bytes,
        Bound.CPU: limits.cpu_s,
    }[bound]
