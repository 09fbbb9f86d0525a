"""Sleeps, lines and amounts in words: the same in findings, ticks and figures."""

from collections import Counter
from collections.abc import Sequence

from iomodels.record import STOPPED_BY_SIGNAL, Activity, Moment, Sleep, Wait

MOST_NAMES = 4
MOST_GROUPS = 3
# The C library calls one by the other's name: select(2), accept(2), epoll_wait(2), nanosleep(2).
KNOWN_AS = {
    "pselect6": "select",
    "ppoll": "poll",
    "epoll_pwait": "epoll_wait",
    "accept4": "accept",
    "clock_nanosleep": "nanosleep",
}
SAID = {
    Wait.ACCEPT: ", waiting for a new client",
    Wait.LOCK: ", waiting for another thread",
    Wait.CHILD: ", waiting for another process",
}


def names(clients: Sequence[str]) -> str:
    """Return "A", "A and B", "A, B and C", "C1, C2, C3 and 97 others"."""
    if len(clients) > MOST_NAMES:
        first = ", ".join(clients[: MOST_NAMES - 1])
        return f"{first} and {len(clients) - MOST_NAMES + 1} others"
    return " and ".join(filter(None, [", ".join(clients[:-1]), *clients[-1:]]))


def count(number: int, thing: str) -> str:
    """Return "1 byte", "1,024 bytes", "2 processes"."""
    ending = "es" if thing.endswith("s") else "s"
    return f"{number:,} {thing}{agree(number, '', ending)}"


def times(number: int) -> str:
    """Return "once", "twice", "1,024 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def agree(number: int, one: str, many: str) -> str:
    """Return the form of a word that goes with a number."""
    return one if number == 1 else many


def duration(nanoseconds: int) -> str:
    """Return "50 ms", "1.5 s", "0.02 ms": two digits, since a sleep under way is seen late."""
    milliseconds = nanoseconds / 1e6
    if milliseconds >= 999.5:
        return f"{float(f'{milliseconds / 1000:.2g}'):g} s"
    return f"{float(f'{milliseconds:.2g}'):g} ms"


def call_name(syscall: str) -> str:
    """Return the name by which a program knows a system call: the C library's."""
    return KNOWN_AS.get(syscall, syscall)


def place(line: int | None, *, file_name: str = "server.py") -> str:
    """Return " (server.py, line 23)", or nothing if the line is not known."""
    return f" ({file_name}, line {line})" if line else ""


def asleep(sleep: Sleep) -> str:
    """Return what a thread is doing, such as "asleep in recvfrom on A's connection"."""
    if sleep.syscall == STOPPED_BY_SIGNAL:
        return "stopped by a signal"
    limit = f" for up to {duration(sleep.timeout_ns)}" if sleep.timeout_ns else ""
    return f"asleep in {call_name(sleep.syscall)}{_object(sleep)}{limit}"


def doing(moment: Moment | None) -> str:
    """Return what the whole server is doing, in a few words; nothing if it was not looked at."""
    if moment is None:
        return ""
    if moment.activity is Activity.ENDED:
        return "ended"
    if moment.activity is Activity.BUSY:
        return "running"
    if len(moment.sleeps) == 1:
        return asleep(moment.sleeps[0])
    said = Counter(
        f"asleep in {call_name(sleep.syscall)}{_object(sleep)}" for sleep in moment.sleeps
    )
    groups = said.most_common(MOST_GROUPS)
    shown = [f"{count(number, 'thread')} {text}" for text, number in groups]
    rest = len(moment.sleeps) - sum(number for _, number in groups)
    return "; ".join([*shown, *([f"{count(rest, 'more thread')} asleep"] if rest else [])])


def _object(sleep: Sleep) -> str:
    clients = names(sleep.waits_for)
    if sleep.wait is Wait.READINESS:
        if sleep.accepts and len(sleep.waits_for) < MOST_NAMES:
            return f", watching {names((*sleep.waits_for, 'new clients'))}"
        return f", watching {clients or 'no client'}" + (", and new clients" * sleep.accepts)
    if not clients:
        return SAID.get(sleep.wait, "")
    if sleep.wait is Wait.WRITE:
        return f" to {clients}, who does not read"
    # UDP: one socket hears everybody.
    one = len(sleep.waits_for) == 1
    return f" on {clients}'s connection" if one else f", waiting for {clients}"
