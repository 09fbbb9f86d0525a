"""What a trace tells once each descriptor has its client's name: waits, reads, accepts, threads."""

from dataclasses import dataclass, field
from typing import NamedTuple

from iomodels.record import Wait
from iomodels.replay.files import Epoll


class Watch(NamedTuple):
    """One call that looked for something or waited for it; a tuple, since there are so many."""

    thread_id: int
    process_id: int
    syscall: str
    wait: Wait
    clients: tuple[str, ...]  # Those who could end it, when it began.
    accepts: bool  # Whether a new client could.
    others: bool  # Whether descriptors that are no client's could.
    epoll: Epoll | None  # Its list can change while the call waits.
    started_ns: int
    ended_ns: int | None  # None: it never returned.
    timeout_ns: int | None  # None: until something happens.
    may_sleep: bool  # The descriptor is in blocking mode; the time-out is not 0.
    result: int | None
    error: str | None

    def covers(self, client: str, at_ns: int) -> bool:
        """Tell whether this client's bytes would have ended it at that moment."""
        if self.epoll and self.epoll.covers(client, at_ns):
            return True
        return client in self.clients and not (self.epoll and client in self.epoll.known())

    @property
    def multiplexer(self) -> str:
        """The call that chose who is watched: a poll of an epoll descriptor watches its list."""
        return "epoll_wait" if self.epoll and "epoll" not in self.syscall else self.syscall

    @property
    def is_refused(self) -> bool:
        """Whether it found nothing and did not wait."""
        return not self.may_sleep and (self.error == "EAGAIN" or self.result == 0)


class Read(NamedTuple):
    """A call that took bytes of one client; 0 bytes: the end of file."""

    client: str
    thread_id: int
    process_id: int
    syscall: str
    size: int
    started_ns: int
    ended_ns: int


class Accept(NamedTuple):
    """A call that took a new connection out of the queue."""

    client: str
    thread_id: int
    process_id: int
    started_ns: int
    ended_ns: int


@dataclass(slots=True)
class Teller:
    """One thread: when it lived, who made it, and its waits in order."""

    thread_id: int
    process_id: int
    started_ns: int
    ended_ns: int
    made_by: int | None
    watches: list[Watch] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)  # When SIGIO or its like came.


@dataclass(slots=True)
class Story:
    """All of one run. Times are nanoseconds since the epoch."""

    threads: dict[int, Teller] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)  # By start.
    accepts: list[Accept] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)  # Bytes written, by client.
    asynchronous: set[str] = field(default_factory=set)  # Clients whose descriptor has O_ASYNC.
    edge_triggered: bool = False
    has_ring: bool = False
    defers: bool = False  # Whether a client is let in only when it has said something, tcp(7).
    calls: int = 0  # That carry, await or look for bytes and clients.
    refused_reads: int = 0
    spins: int = 0  # Looks that found nothing and did not wait.
    started_ns: int = 0
    ended_ns: int = 0

    @property
    def processes(self) -> set[int]:
        return {teller.process_id for teller in self.threads.values()}
