"""The ledger of a run: every sleep of every thread, who was neglected meanwhile, and the sums.

All times are nanoseconds since the run's first event, as the tracer saw it. What there is one of
for each call or message is a tuple: a frozen dataclass takes three times as long to make.
"""

from dataclasses import dataclass
from typing import NamedTuple

from iomodels.record import Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Neglect:
    """One client that nobody looked after while a thread slept on something else."""

    client: str
    unread: int  # Its bytes that lay ready; 0: it stood un-accepted, or waited for its answer.
    started_ns: int
    ended_ns: int

    @property
    def lasted_ns(self) -> int:
        return self.ended_ns - self.started_ns


class Slept(NamedTuple):
    """One sleep: a call that waited for something that had not happened yet."""

    thread_id: int
    process_id: int
    syscall: str
    wait: Wait
    clients: tuple[str, ...]  # Those who could end it.
    accepts: bool  # Whether a new client could.
    started_ns: int
    ended_ns: int
    timeout_ns: int | None = None  # As the program asked for it; None: until something happens.
    neglected: tuple[Neglect, ...] = ()
    source_line: int | None = None
    source_file: str = ""  # "": the one that was handed in.

    @property
    def lasted_ns(self) -> int:
        return self.ended_ns - self.started_ns

    @property
    def is_harmful(self) -> bool:
        return bool(self.neglected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One thread from its first event to its last: the time that it slept, and all the rest."""

    thread_id: int
    process_id: int  # Equal to thread_id for the first thread of a process.
    started_ns: int
    ended_ns: int
    asleep_ns: int
    name: str = ""  # "main" for the first; "thread 2", "process 3".

    @property
    def awake_ns(self) -> int:
        """Running, or ready to run: between calls, and in calls that did not sleep."""
        return self.ended_ns - self.started_ns - self.asleep_ns


class Mark(NamedTuple):
    """Something that a client did or got, at one moment."""

    client: str
    what: str  # "connects", "sends", "receives", "shuts down", "closes", "resets", "end".
    at_ns: int
    size: int = 0  # Bytes.


class Pending(NamedTuple):
    """From the arrival of a client's bytes, or of the client itself, until a thread took them."""

    client: str
    size: int  # Bytes; 0 for a connection.
    started_ns: int
    ended_ns: int  # The run's end if nobody ever did.


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of one run."""

    harmful_ns: int  # Time during which at least one client was neglected.
    refused_reads: int  # Reads that came back with EAGAIN.
    calls: int  # That carry, await or look for bytes and clients.
    messages: int  # Pieces that clients sent.
    threads: int
    processes: int
    cpu_ns: int
    spins: int  # Looks that found nothing and did not sleep.

    @property
    def calls_per_message(self) -> float | None:
        return self.calls / self.messages if self.messages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where the time of a run went."""

    lives: tuple[Life, ...]
    sleeps: tuple[Slept, ...]  # By start.
    marks: tuple[Mark, ...]  # By time.
    pending: tuple[Pending, ...]  # By start.
    totals: Totals
    ended_ns: int

    @property
    def harmful(self) -> tuple[Slept, ...]:
        return tuple(slept for slept in self.sleeps if slept.is_harmful)
