"""The threads of a program at one moment, read from /proc without stopping them: proc(5)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Self

from grader.procfs import content, thread_ids

TRACED = "t"
DEAD = "ZX"
STOPPED = "T"  # By a signal: only another signal wakes it, wherever it was.
SIGALRM_BIT, SIGVTALRM_BIT, SIGPROF_BIT = (1 << (number - 1) for number in (14, 26, 27))
ALARM_BITS = SIGALRM_BIT | SIGVTALRM_BIT | SIGPROF_BIT
ALARM_MASKS = ("SigCgt", "SigBlk")
CALL_WORDS = 9  # Its number, six arguments, the stack's and the program's place: proc(5).
_FIELDS = re.compile(
    r"^(State|TracerPid|NSpid|SigBlk|SigCgt|(?:non)?voluntary_ctxt_switches):\t(.*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thread; two equal values mean that it never ran in between.

    Each time that a thread falls asleep its count of context switches grows.
    """

    process_id: int
    thread_id: int
    inner_id: int  # The same thread, as the program itself numbers it.
    state: str
    switches: tuple[str, str]  # Voluntary and not, as /proc writes them.
    awaits_alarms: bool  # SIGALRM and the like are caught, or blocked so as to be waited for.
    syscall: int | None  # None: not in a system call, or running.
    arguments: tuple[int, ...]

    @property
    def is_asleep(self) -> bool:
        return self.state == STOPPED or (self.state == "S" and self.syscall is not None)

    @property
    def is_alive(self) -> bool:
        return self.state not in DEAD

    def told_from_tracing(self, stopped: Collection[int]) -> Self:
        """Return the thread with its true state, given which threads a signal has stopped.

        The kernel says `t` of a thread that its tracer holds for a moment, and of one that a signal
        has stopped while it is traced.
        """
        is_stopped = self.state == TRACED and self.thread_id in stopped
        return replace(self, state=STOPPED) if is_stopped else self


def look(process_ids: Iterable[int]) -> tuple[Thread, ...]:
    """Return every thread of these processes; those that end meanwhile are left out."""
    return tuple(thread for process_id in process_ids for thread in _of(process_id))


def _of(process_id: int) -> list[Thread]:
    found = [
        thread for thread_id in thread_ids(process_id) if (thread := _read(process_id, thread_id))
    ]
    # A first thread that ends before the others stays as a zombie until they have ended, and its
    # tracer is told only then (delay_group_leader() in the kernel): it wakes nobody any more.
    if any(thread.is_alive for thread in found):
        return [thread for thread in found if thread.is_alive or thread.thread_id != process_id]
    return found


def _read(process_id: int, thread_id: int) -> Thread | None:
    folder = f"/proc/{process_id}/task/{thread_id}"
    try:
        status = dict(_FIELDS.findall(content(f"{folder}/status").decode(errors="replace")))
        words = _syscall(folder)
    except OSError:  # It ended between the listing and the reading.
        return None
    state = status.get("State", "?")[:1]
    # A thread that has ended is told to its tracer first, and only then to its parent, whom that
    # may wake: until it is, it runs.
    if state in DEAD and status.get("TracerPid", "0") == "0":
        return None
    is_in_call = len(words) == CALL_WORDS and words[0].isdigit()
    return Thread(
        process_id=process_id,
        thread_id=thread_id,
        inner_id=_number(status.get("NSpid", "").rpartition("\t")[2]),
        state=state,
        switches=(
            status.get("voluntary_ctxt_switches", ""),
            status.get("nonvoluntary_ctxt_switches", ""),
        ),
        awaits_alarms=any(_number(status.get(name, ""), 16) & ALARM_BITS for name in ALARM_MASKS),
        syscall=_number(words[0]) if is_in_call else None,
        arguments=tuple(_number(word, 16) for word in words[1:7]) if is_in_call else (),
    )


def _number(text: str | bytes, base: int = 10) -> int:
    """Return a number of the kernel's; 0 for what is none, as in a text that was cut short."""
    try:
        return int(text, base)
    except ValueError:
        return 0


def _syscall(folder: str) -> list[bytes]:
    """Return what the thread is in, or nothing if it is on its way out.

    A thread that has given up its memory belongs to nobody who may ask, and has not closed its
    descriptors yet: it runs, and must not be taken for gone.
    """
    try:
        return content(f"{folder}/syscall").split()
    except PermissionError:
        return []
