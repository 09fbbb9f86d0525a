"""From a thread that sleeps to what can end its sleep: which clients, a new one, or time."""

import os
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from grader.harness.descriptors import NANOSECONDS, Program
from grader.harness.threads import STOPPED, Thread
from iomodels.calls import Call, Clock, Source, call
from iomodels.record import STOPPED_BY_SIGNAL, UNKNOWN_NS, Sleep, Wait
from iomodels.syscalls import names

NAMES = names(os.uname().machine)
PAIR = struct.Struct("=qq")  # struct timespec and, on 64-bit machines, struct timeval.
TIMER_ABSTIME = 1
FUTEX_COMMAND, FUTEX_CLOCK_REALTIME = 0x7F, 0x100
FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET = 0, 6, 9
SIGN_BIT = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Whose sockets these are, by the inode of the server's end."""

    clients: Mapping[int, str]
    listener: int | None  # UDP: the one socket on which every client speaks.
    everybody: tuple[str, ...] = ()  # For UDP: all clients' names.

    def names(self, inodes: list[int]) -> tuple[str, ...]:
        """Return the clients behind these sockets, in the order in which they connected."""
        if self.everybody and self.listener in inodes:
            return self.everybody
        wanted = set(inodes)
        return tuple(name for inode, name in self.clients.items() if inode in wanted)


def decode(thread: Thread, endpoints: Endpoints) -> Sleep:
    """Return what a thread that is asleep waits for, and how long it asked to sleep at most."""
    program = Program(process_id=thread.process_id, thread_id=thread.thread_id)
    if thread.state == STOPPED or thread.syscall is None:
        return _stopped(thread)
    name = NAMES.get(thread.syscall, str(thread.syscall))
    known = call(name)
    descriptors, inodes = _sources(program, thread, known)
    timeouts = [_timeout_ns(program, thread, known)]
    timeouts += [program.timer_left_ns(number) for number in descriptors]
    timeouts += [UNKNOWN_NS] if thread.awaits_alarms or program.has_timers() else []
    set_timeouts = [timeout for timeout in timeouts if timeout is not None]
    return Sleep(
        thread_id=thread.thread_id,
        syscall=name,
        wait=known.wait,
        waits_for=endpoints.names(inodes),
        accepts=endpoints.listener in inodes and not endpoints.everybody,
        timeout_ns=min(set_timeouts, default=None),
        source_line=None,
    )


def _stopped(thread: Thread) -> Sleep:
    return Sleep(
        thread_id=thread.thread_id,
        syscall=STOPPED_BY_SIGNAL,
        wait=Wait.SIGNAL,
        waits_for=(),
        accepts=False,
        timeout_ns=None,
        source_line=None,
    )


def _sources(program: Program, thread: Thread, known: Call) -> tuple[list[int], list[int]]:
    """Return the descriptors that can end the call, and the inodes of the sockets among them."""
    if known.source is Source.EPOLL:
        entries = program.epoll_set(thread.arguments[0])
        return [number for number, _ in entries], [inode for _, inode in entries]
    descriptors: list[int] = []
    if known.source is Source.DESCRIPTOR:
        descriptors = [thread.arguments[0]]
    elif known.source is Source.SELECT:
        descriptors = program.select_set(thread.arguments)
    elif known.source is Source.POLL:
        descriptors = program.poll_set(thread.arguments)
    inodes = [program.inode(number) for number in descriptors]
    return descriptors, [inode for inode in inodes if inode is not None]


def _timeout_ns(program: Program, thread: Thread, known: Call) -> int | None:
    """Return the time-out of a call as the program asked for it; None: it sleeps for ever."""
    value = thread.arguments[known.timeout_at]
    match known.clock:
        case Clock.FOREVER:
            return None
        case Clock.UNKNOWN:
            return UNKNOWN_NS
        case Clock.SOCKET:
            is_writing = known.wait is Wait.WRITE
            return program.socket_timeout_ns(thread.arguments[0], for_writing=is_writing)
        case Clock.MILLISECONDS:
            milliseconds = value & 0xFFFFFFFF
            return None if milliseconds & SIGN_BIT else milliseconds * 10**6
        case Clock.TIMEVAL | Clock.TIMESPEC:
            return _length_ns(program, value, unit_ns=1000 if known.clock is Clock.TIMEVAL else 1)
        case Clock.UNTIL:
            is_moment = bool(thread.arguments[1] & TIMER_ABSTIME)
            clock = thread.arguments[0]
            return _until_ns(program, value, clock) if is_moment else _length_ns(program, value)
        case Clock.FUTEX:
            return _futex_ns(program, thread.arguments[1], value)
        case _ as unknown:
            assert_never(unknown)


def _futex_ns(program: Program, operation: int, address: int) -> int | None:
    command = operation & FUTEX_COMMAND
    if command == FUTEX_WAIT:
        return _length_ns(program, address)
    if command in (FUTEX_LOCK_PI, FUTEX_WAIT_BITSET):
        is_realtime = command == FUTEX_LOCK_PI or operation & FUTEX_CLOCK_REALTIME
        clock = time.CLOCK_REALTIME if is_realtime else time.CLOCK_MONOTONIC
        return _until_ns(program, address, clock)
    return None


def _length_ns(program: Program, address: int, *, unit_ns: int = 1) -> int | None:
    if not address:
        return None
    content = program.memory(address, PAIR.size)
    if len(content) < PAIR.size:
        return UNKNOWN_NS
    seconds, rest = PAIR.unpack(content)
    # No call takes a length below zero: another thread has written something else there since.
    return max(UNKNOWN_NS, int(seconds * NANOSECONDS + rest * unit_ns))


def _until_ns(program: Program, address: int, clock: int) -> int | None:
    """Return how far a moment lies ahead; one that has passed is as good as now."""
    moment_ns = _length_ns(program, address)
    if not moment_ns:
        return moment_ns
    known = clock if clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC) else time.CLOCK_MONOTONIC
    return max(1, moment_ns - time.clock_gettime_ns(known))
