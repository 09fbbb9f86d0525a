"""The rules about the sandbox: a program stays within its limits, and asks for what it gives."""

import re
from collections.abc import Callable

from iomodels.conduct import ending
from iomodels.explanation import Seen, sentence
from iomodels.record import Activity, Bound, Failing, Moment, Strike
from iomodels.report import Finding
from iomodels.tracebacks import LastWords, last_line, last_words
from iomodels.wording import count, doing, times

KIB = 1024
# What a program may do, as far as each limit goes.
MAY: dict[Bound, Callable[[int], str]] = {
    Bound.PROCESSES: lambda number: f"have {number:,} processes and threads at a time",
    Bound.OPEN_FILES: lambda number: f"have {number:,} files and sockets open in each process",
    Bound.FILE_SIZE: lambda size: f"write {_bytes(size)} into a file",
    Bound.SPACE: lambda size: f"keep {_bytes(size)} in /tmp",
    Bound.FILES: lambda number: f"keep {number:,} files in /tmp",
    Bound.ADDRESSES: lambda size: f"have {_bytes(size)} of addresses in each process",
    Bound.CPU: lambda seconds: f"use {seconds} s of CPU time",
}
# What a program says that met a limit: as CPython, the C library and the C++ library put it.
SAID = {
    "can't start new thread": Bound.PROCESSES,
    "Too many open files": Bound.OPEN_FILES,
    "File too large": Bound.FILE_SIZE,
    "No space left on device": Bound.SPACE,
    "MemoryError": Bound.ADDRESSES,
    "Cannot allocate memory": Bound.ADDRESSES,
    "std::bad_alloc": Bound.ADDRESSES,
}
# What a server that met a limit may leave undone.
FOLLOWS = (
    Failing.NOT_ANSWERED,
    Failing.NOT_CLOSED,
    Failing.NOT_CONNECTED,
    Failing.CLOSED,
    Failing.EXITED,
)
_REACHES = "reach into other processes, the machine or the kernel"
# errno(3): how a refusal is numbered by Python and put by the C library, and what is behind it.
REFUSALS = {
    (1, "Operation not permitted"): f"system calls that {_REACHES} are refused",
    (38, "Function not implemented"): "there are no system calls but those that servers need",
    (93, "Protocol not supported"): "there are sockets of TCP, UDP and the unix family only",
    (97, "Address family not supported by protocol"): (
        "there are sockets of the families UNIX, INET and INET6 only"
    ),
    (30, "Read-only file system"): "files can be written in /tmp only",
    (101, "Network is unreachable"): "there is no network but 127.0.0.1, where the clients are",
}
NOTHING = LastWords(error="", line=None)
UNRESOLVED = "Temporary failure in name resolution"


class WithinLimits:
    """Stay within the limits of memory, CPU time, processes, files and output."""

    name = "within-limits"

    def explain(self, seen: Seen) -> Finding | None:
        if seen.failure.failing is Failing.LIMIT:
            return self._finding(seen, f"The program was stopped: {seen.failure.detail}")
        follows = seen.has_ended or seen.failure.failing in FOLLOWS
        strikes = seen.scenario.strikes
        if not strikes or not follows:
            return None
        words = last_words(seen.scenario.output)
        # A program that is about to end has closed its connections first, and may be seen then.
        if not seen.has_ended and not any(said in words.error for said in SAID):
            words = NOTHING
        return self._finding(seen, _met(strikes[0], words), words)

    def _finding(self, seen: Seen, what: str, words: LastWords = NOTHING) -> Finding:
        moment = None if words.error else seen.step.moment
        line = words.line if words.error else _line(moment)
        is_going_on = moment and moment.activity is not Activity.ENDED
        then = f" while it was {doing(moment)}" if is_going_on else ""
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"{what}{then}{seen.place(line)}.",
            client=seen.failure.client,
            source_line=line,
            step=seen.step.line,
        )


class AsksForWhatThereIs:
    """Ask the system only for what the sandbox gives to a server."""

    name = "asks-for-what-there-is"

    def explain(self, seen: Seen) -> Finding | None:
        scenario = seen.scenario
        if not seen.has_ended or scenario.exit_code == 0:
            return None
        words = last_words(scenario.output)
        why = _refused(words.error or last_line(scenario.output), scenario.exit_signal)
        if not why:
            return None
        said = words.error or last_line(scenario.output)
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=(
                f"The program ended {ending(scenario)}{f': {said}' if said else ''}"
                f"{seen.place(words.line)}. In the sandbox {why}."
            ),
            source_line=words.line,
            step=seen.step.line,
        )


def _met(strike: Strike, words: LastWords) -> str:
    may = f"The program met a limit: it may {MAY[strike.bound](strike.allowed)}"
    if strike.by.startswith("SIG"):
        return f"{may}, and was ended by {strike.by}"
    if strike.by:
        may += f", and {strike.by} was refused {times(strike.times)}"
    return f"{may}. It ended with {words.error}" if words.error else may


def _refused(said: str, signal: str | None) -> str:
    if signal == "SIGSYS":
        return "system calls by the numbers of another machine end a program"
    if UNRESOLVED in said:
        return "there is no network but 127.0.0.1, where the clients are, and no name server"
    for (number, words), why in REFUSALS.items():
        if f"[Errno {number}]" in said or re.search(rf": {re.escape(words)}$", said):
            return why
    return ""


def _line(moment: Moment | None) -> int | None:
    if moment is None:
        return None
    return moment.running_line or next(
        (sleep.source_line for sleep in moment.sleeps if sleep.source_line), None
    )


def _bytes(size: int) -> str:
    for unit, name in ((KIB**3, "GiB"), (KIB**2, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return count(size, "byte")
