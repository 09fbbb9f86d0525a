"""What was seen while a program was examined, in a form that can be stored and judged again."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

UNKNOWN_NS = 0  # A time-out: the thread wakes by itself, and nobody outside can say when.
STOPPED_BY_SIGNAL = "stopped"  # In place of a system call: SIGSTOP or the like.


class Outcome(StrEnum):
    """How a step, a scenario or a whole run ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    SKIPPED = "skipped"


class Activity(StrEnum):
    """What a whole server is doing at one moment."""

    RESTING = "resting"  # Every thread sleeps without a time-out: only a client can wake it.
    TIMED = "timed"  # Every thread sleeps, and at least one will wake by itself.
    BUSY = "busy"  # At least one thread runs.
    ENDED = "ended"  # The program is gone.


class Wait(StrEnum):
    """What kind of event ends a sleep."""

    READ = "read"  # Bytes on one descriptor.
    WRITE = "write"  # Room on one descriptor.
    ACCEPT = "accept"  # A new connection.
    READINESS = "readiness"  # select, poll, epoll: any of a set of descriptors.
    TIMER = "timer"  # Time.
    LOCK = "lock"  # Another thread of the program.
    CHILD = "child"  # Another process of the program.
    SIGNAL = "signal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """One thread asleep in one system call."""

    thread_id: int
    syscall: str
    wait: Wait
    waits_for: tuple[str, ...]  # Clients that can end it; empty if nothing the clients do can.
    accepts: bool  # Whether a new client can end it.
    timeout_ns: int | None  # As the program asked for it; None: until something happens.
    source_line: int | None  # In the program's own file,
    source_file: str = ""  # of this name; "": the one that was handed in.


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The server's end of one client's connection, as the kernel sees it."""

    client: str
    is_accepted: bool
    unread: int  # Bytes that lie ready in the server's receive queue.
    unsent: int  # Bytes that the server wrote and the client has not yet taken.


class Deed(StrEnum):
    """Something that a client does, or that happens to it."""

    CONNECTS = "connects"
    SENDS = "sends"
    RECEIVES = "receives"
    STOPS_READING = "stops reading"
    READS_AGAIN = "reads again"
    SHUTS_DOWN = "shuts down"
    RECEIVES_END = "receives end"
    CLOSES = "closes"
    RESETS = "resets"
    IS_READ = "is read"  # Seen at rest: the server's kernel holds none of its bytes any more.


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEvent:
    """One deed of one client, by CLOCK_REALTIME right before and right after its system call.

    On loopback the server's kernel has heard of it by then, unless softirq work was deferred.
    """

    client: str
    deed: Deed
    port: int  # Of the client: a name can be used again, a port is one connection's.
    size: int  # Bytes.
    started_ns: int
    ended_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The whole server at one moment: every thread, and every connection that matters."""

    activity: Activity
    sleeps: tuple[Sleep, ...]
    connections: tuple[Connection, ...]
    processes: int
    cpu_ns: int  # CPU time of the program since its start.
    slept_ns: int  # Time-outs asked for, added up since the last action of a client.
    running_line: int | None = None  # Where a busy program was seen, as a hint only.
    at_ns: int = 0  # CLOCK_REALTIME.

    @property
    def threads(self) -> int:
        return len(self.sleeps)


class Failing(StrEnum):
    """Why a step did not hold."""

    NOT_ANSWERED = "not answered"  # Bytes were expected and cannot come any more.
    WRONG_BYTES = "wrong bytes"
    UNEXPECTED_BYTES = "unexpected bytes"
    NOT_CLOSED = "not closed"
    CLOSED = "closed"  # The server closed or reset a connection that was needed.
    NOT_CONNECTED = "not connected"
    NOT_COMPILED = "not compiled"
    NOT_LISTENING = "not listening"
    NOT_RESTING = "not resting"
    NOT_EXITED = "not exited"
    EXITED = "exited"  # The program ended while clients needed it, or with another status.
    LIMIT = "limit"  # A limit of the sandbox was reached; `detail` says which.
    SAFETY_NET = "safety net"  # Too much real time passed: no verdict.


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed step wanted, and what it met."""

    failing: Failing
    client: str | None = None
    expected: str = ""  # Printable, capped.
    received: str = ""
    missing: int = 0  # Bytes that did not come.
    got: int = 0  # Bytes that did.
    offset: int | None = None  # Of the first wrong byte.
    detail: str = ""
    source_line: int | None = None  # Of the program's own file, if that is where it failed.


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One line of a scenario, played."""

    line: int  # In the scenario's script, from 1.
    text: str
    outcome: Outcome
    took_ns: int = 0
    moment: Moment | None = None  # When the step was decided.
    failure: Failure | None = None


class Bound(StrEnum):
    """What the sandbox bounds by refusing a call, or by ending the process that goes on."""

    PROCESSES = "processes"  # Threads count too.
    OPEN_FILES = "open files"  # Of each process.
    FILE_SIZE = "file size"
    SPACE = "space"  # In /tmp.
    FILES = "files"  # In /tmp.
    ADDRESSES = "addresses"  # Virtual memory of each process.
    CPU = "CPU time"  # Of each process, in seconds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A limit of the sandbox that the program met."""

    bound: Bound
    allowed: int  # Bytes, seconds or a number of things.
    by: str = ""  # The call that was refused, or the signal that ended it; "": as it says itself.
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord:
    """One scenario, played against one fresh process of the program."""

    name: str
    steps: tuple[StepRecord, ...]
    output: str  # What the program printed, capped.
    exit_code: int | None  # None: it was still alive when the scenario ended.
    exit_signal: str | None
    most_threads: int
    most_processes: int
    tasks_made: int  # Threads and processes that the program has made in all, its first included.
    cpu_ns: int
    memory_bytes: int
    took_ns: int
    port: int = 0  # The server's.
    events: tuple[ClientEvent, ...] = ()  # The clients' own log.
    rests: tuple[int, ...] = ()  # CLOCK_REALTIME at which it was proven that every thread slept.
    # Of those, the ones at which somebody was neglected, or a call was first seen slept in.
    moments: tuple[Moment, ...] = ()
    over_ns: int = 0  # CLOCK_REALTIME right before the program was made to end; 0: not known.
    trace: str = ""  # What strace wrote, packed: iomodels.trace.sifting.
    trace_lost_bytes: int = 0  # What came after the most that is kept.
    file_name: str = "server.py"  # Of the program, as its author knows it.
    strikes: tuple[Strike, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What became of a program's source before it could run."""

    outcome: Outcome  # UNDECIDED: too much real time passed.
    output: str  # What the compiler said, capped; warnings also where it had no error.
    stopped: str = ""  # By which limit the compiler was ended, in words; else it ended by itself.
    took_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything seen in one run."""

    scenarios: tuple[ScenarioRecord, ...]
    seed: int  # Of the bytes that the clients made up.
    compilation: Compilation | None = None  # None: the program's language needs none.


def as_json(record: Record) -> dict[str, Any]:
    """Return the record as JSON-able values; `msgspec.convert(value, Record)` reads it back."""
    return asdict(record)
