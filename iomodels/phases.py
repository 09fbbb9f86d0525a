"""The two phases of every message: waiting for it, and copying it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCall:
    """One system call on the way to a message; nanoseconds since the first of them began."""

    syscall: str
    started_ns: int
    ended_ns: int
    result: str  # As the trace has it: "5", "EAGAIN"; "" if it never returned.
    is_asleep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """How one message reached the program: Stevens, UNIX Network Programming, figures 6.1 to 6.6.

    *Wait* is the time from the entry of the call that awaited the message to the arrival of its
    first byte in the kernel; 0 if nobody was waiting yet. *Wake-up* is from the arrival to that
    call's return, if it is another call than the one that read. *Copy* is from the entry of the
    read that took the first byte (or from the arrival, if that read did the waiting too) to its
    return. Times are nanoseconds; a traced call takes some 30 to 50 microseconds longer than an
    untraced one. The arrival lies between the sender's stamps before and after his call, and is
    taken to be half-way.
    """

    client: str
    number: int  # Of this client's messages, from 1.
    model: str  # How it was awaited: one of the recogniser's models.
    size: int  # Bytes.
    arrived_ns: int  # On the same clock as the calls.
    wait_ns: int
    wake_up_ns: int
    copy_ns: int
    calls: tuple[PhaseCall, ...]  # Of the thread that read it, from the wait to the read.
