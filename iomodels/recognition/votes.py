"""The vote of one message: what the thread that read it was in, just before it was sent.

Whatever a server does for show, the thread that takes a client's bytes had to learn of them
somehow. Where it was when they were still on their way tells how.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from iomodels.recognition.messages import Message
from iomodels.record import Wait
from iomodels.replay import Read, Story, Watch
from iomodels.replay.files import LISTENER, Epoll

# How far back to look for reads that were refused, when the thread happened to be elsewhere.
LOOKED_BACK = 12
# A signal does not say which descriptor is ready: a program may ask each of a hundred.
LOOKED_BACK_FOR_SIGNALS = 256


class Way(StrEnum):
    """How a thread learnt of a message."""

    BLOCKED = "blocked"  # Asleep in a read of this client's connection.
    MULTIPLEXED = "multiplexed"  # Asleep in a call that watched this client among others.
    HANDED = "handed"  # Another thread was, and handed it over.
    POLLED = "polled"  # It asked again and again.
    SIGNALLED = "signalled"
    COMPLETED = "completed"  # The kernel had read it: io_uring.
    ELSEWHERE = "elsewhere"  # Asleep on somebody else: it says nothing of this client.


class Vote(NamedTuple):
    """What one message tells."""

    message: Message
    way: Way
    syscall: str  # In which the thread was.
    thread_id: int
    process_id: int


class Electorate:
    """The threads of a story, ready to be asked what they were in at a moment."""

    def __init__(self, story: Story, found: Iterable[Message]) -> None:
        self.story = story
        self._takings: dict[tuple[str, int], list[int]] = {}  # Each client's, each thread's, times.
        for read in story.reads:
            self._takings.setdefault((read.client, read.thread_id), []).append(read.started_ns)
        self._waits: dict[int, tuple[list[Watch], list[int]]] = {}  # That may sleep; their starts.
        self._messages: dict[str, list[Message]] = {}
        found = tuple(found)
        for message in found:
            self._messages.setdefault(message.client, []).append(message)
        self._arrivals = {
            client: [one.ended_ns for one in mine] for client, mine in self._messages.items()
        }
        self._starts = {
            thread_id: [watch.started_ns for watch in teller.watches]
            for thread_id, teller in story.threads.items()
        }
        self.breadth = _breadth(story)
        self.votes = [vote for message in found if (vote := self.vote(message)) is not None]

    def vote(self, message: Message) -> Vote | None:
        """Return the vote of a message, or None if it tells nothing."""
        read = message.read
        if not message.was_awaited:
            return None
        if read is None:
            wrote = self.story.answers.get(message.client)
            is_rung = self.story.has_ring and message.was_read_unseen and wrote is None
            return Vote(message, Way.COMPLETED, "io_uring_enter", 0, 0) if is_rung else None
        watch = self._watch_of(message, read)
        way, syscall = self._signalled(message, watch) or self._way(message, watch)
        if way is None:
            return None
        return Vote(message, way, syscall, read.thread_id, read.process_id)

    def _watch_of(self, message: Message, read: Read) -> Watch | None:
        """Return what the reader was in when a message was sent; None: it was running.

        strace leaves its own work at a call's begin out of the call's length, so that a call seems
        to end up to a millisecond too early. But a thread that rested was in its last call, and so
        was one whose read of this message had begun.
        """
        index = self.index_at(read.thread_id, message.started_ns)
        watch = self.story.threads[read.thread_id].watches[index] if index >= 0 else None
        if watch and (message.found_rest or watch.started_ns == read.started_ns):
            return watch
        return self.watch_at(read.thread_id, message.started_ns)

    def index_at(self, thread_id: int, at_ns: int) -> int:
        """Return which of a thread's calls is the last that had begun by a moment; -1: none."""
        return bisect_right(self._starts[thread_id], at_ns) - 1

    def watch_at(self, thread_id: int, at_ns: int) -> Watch | None:
        """Return what a thread was in at a moment; None: it was running."""
        index = self.index_at(thread_id, at_ns)
        if index < 0:
            return None
        watch = self.story.threads[thread_id].watches[index]
        return watch if watch.ended_ns is None or watch.ended_ns > at_ns else None

    def watcher(self, client: str, at_ns: int, *, apart_from: int) -> Watch | None:
        """Return another thread's sleep that this client's bytes would have ended.

        If none slept so at that moment: one from which a thread had just come back.
        """
        others = [thread_id for thread_id in self.story.threads if thread_id != apart_from]
        for find in (self.watch_at, self._last_before):
            for thread_id in others:
                watch = find(thread_id, at_ns)
                if watch and watch.may_sleep and watch.covers(client, at_ns):
                    return watch
        return None

    def _last_before(self, thread_id: int, at_ns: int) -> Watch | None:
        index = self.index_at(thread_id, at_ns)
        watch = self.story.threads[thread_id].watches[index] if index >= 0 else None
        return watch if watch and watch.wait is Wait.READINESS else None

    def _signalled(self, message: Message, watch: Watch | None) -> tuple[Way, str] | None:
        if message.client not in self.story.asynchronous or message.read is None:
            return None
        if watch and watch.wait is Wait.SIGNAL:
            return Way.SIGNALLED, watch.syscall
        is_in_set = watch and watch.may_sleep and watch.covers(message.client, message.started_ns)
        if is_in_set:
            return None
        read = message.read
        has_come = any(
            bisect_left(teller.signals, message.started_ns)
            < bisect_right(teller.signals, read.started_ns)
            for teller in self.story.threads.values()
        )
        if has_come:
            return Way.SIGNALLED, watch.syscall if watch else "SIGIO"
        # It was at work when the message came, and its signal is waited for next, or was before.
        before = self._before(read.thread_id, read.started_ns, at_most=LOOKED_BACK_FOR_SIGNALS)
        for earlier in before:
            if earlier.wait is Wait.SIGNAL:
                return Way.SIGNALLED, earlier.syscall
            if self._is_wide(message, earlier):
                return None
        return None

    def _way(self, message: Message, watch: Watch | None) -> tuple[Way | None, str]:
        if watch is None or self._has_no_need_to_sleep(watch):
            return self._while_running(message)
        name = watch.syscall
        if watch.wait is Wait.READ and message.client in watch.clients:
            return Way.BLOCKED, name
        if watch.wait is Wait.READINESS:
            return self._in_readiness(message, watch)
        if watch.wait in (Wait.READ, Wait.WRITE, Wait.ACCEPT) and not watch.others:
            return Way.ELSEWHERE, name
        if other := self.watcher(message.client, message.started_ns, apart_from=watch.thread_id):
            return self._handed(other)
        if watch.wait is Wait.TIMER:  # A nap in the handler, or between two rounds of asking.
            return self._while_running(message)
        return None, name

    def _in_readiness(self, message: Message, watch: Watch) -> tuple[Way | None, str]:
        name = watch.multiplexer
        if watch.covers(message.client, message.started_ns) or self._is_hidden(message, watch):
            # A wait that never watches two at once is a socket's time-out: Python's settimeout
            # polls one descriptor before each call.
            is_wide = self.breadth.get(name, 0) > 1
            return (Way.MULTIPLEXED if is_wide else Way.BLOCKED), name
        if other := self.watcher(message.client, message.started_ns, apart_from=watch.thread_id):
            return self._handed(other)
        if not watch.clients and self._was_refused(message):
            return Way.POLLED, name
        return Way.ELSEWHERE, name

    def _has_no_need_to_sleep(self, watch: Watch) -> bool:
        """Whether a call came back at once, however long the tracer took over it."""
        if not watch.may_sleep:
            return True
        if watch.wait not in (Wait.READ, Wait.READINESS) or watch.ended_ns is None:
            return False
        at_ns = watch.started_ns
        for client in watch.clients:  # noqa: SIM110 - a generator takes twice as long.
            if self._lay_ready(client, at_ns):
                return True
        return False

    def _lay_ready(self, client: str, at_ns: int) -> bool:
        # Messages are read in their order: if the last that had come was read, all were.
        index = bisect_right(self._arrivals.get(client, ()), at_ns) - 1
        read = self._messages[client][index].read if index >= 0 else None
        return read is not None and read.started_ns >= at_ns

    def _is_hidden(self, message: Message, watch: Watch) -> bool:
        """Whether a descriptor may have got into an epoll set through a ring, unseen."""
        epoll = watch.epoll
        return bool(self.story.has_ring and epoll and message.client not in epoll.known())

    def _handed(self, other: Watch) -> tuple[Way, str]:
        is_wide = other.wait is Wait.READINESS and self.breadth.get(other.multiplexer, 0) > 1
        return (Way.HANDED if is_wide else Way.BLOCKED), other.multiplexer

    def _while_running(self, message: Message) -> tuple[Way | None, str]:
        """Judge a thread that ran when the message was sent by its last way of waiting."""
        read = message.read
        assert read is not None
        since = self._since_its_last_read(message)
        for watch in since:
            # Its times may say that it was over by then: strace's stamps are late by up to a
            # millisecond on a busy machine. But nothing else can have sent the thread to this read.
            if self._is_wide(message, watch):
                return Way.MULTIPLEXED, watch.multiplexer
        for watch in since:
            is_on_it = message.client in watch.clients or watch.epoll
            if is_on_it and watch.wait in (Wait.READINESS, Wait.READ):
                return Way.BLOCKED, watch.multiplexer
        # One read too many after each message is edge-triggered custom.
        if self._asked_in_vain(message) <= 1:
            at_ns = message.started_ns
            if other := self.watcher(message.client, at_ns, apart_from=read.thread_id):
                return self._handed(other)
        if self._was_refused(message):
            return Way.POLLED, read.syscall
        return None, read.syscall

    def _since_its_last_read(self, message: Message) -> list[Watch]:
        """Return the waits of the reader since it last took bytes of this client, latest first.

        Only calls that may sleep. If the last read of its bytes was one, that is among them.
        """
        read = message.read
        assert read is not None
        last_ns = self._last_taking(message)
        waits, starts = self._waits_of(read.thread_id)
        until = bisect_left(starts, read.started_ns)
        since = max(bisect_left(starts, last_ns), until - LOOKED_BACK)
        return waits[since:until][::-1]

    def _last_taking(self, message: Message) -> int:
        """Return when the reader had last taken bytes of this client before; 0: never."""
        read = message.read
        assert read is not None
        taken = self._takings[message.client, read.thread_id]
        index = bisect_left(taken, read.started_ns)
        return taken[index - 1] if index else 0

    def _waits_of(self, thread_id: int) -> tuple[list[Watch], list[int]]:
        if thread_id not in self._waits:
            waits = [watch for watch in self.story.threads[thread_id].watches if watch.may_sleep]
            self._waits[thread_id] = waits, [watch.started_ns for watch in waits]
        return self._waits[thread_id]

    def _asked_in_vain(self, message: Message) -> int:
        """Count the reader's last reads of this client, since one that took bytes, by refusals."""
        read = message.read
        assert read is not None
        last_ns = self._last_taking(message)
        return sum(
            watch.started_ns > last_ns
            and watch.is_refused
            and watch.wait is Wait.READ
            and message.client in watch.clients
            for watch in self._before(read.thread_id, read.started_ns)
        )

    def _is_wide(self, message: Message, watch: Watch) -> bool:
        """Whether a wait could have slept, and watched this client among others."""
        return (
            watch.wait is Wait.READINESS
            and watch.may_sleep
            and self.breadth.get(watch.multiplexer, 0) > 1
            and (message.client in watch.clients or watch.covers(message.client, message.ended_ns))
        )

    def _was_refused(self, message: Message) -> bool:
        """Whether the thread had looked for something in vain shortly before it read."""
        read = message.read
        assert read is not None
        return any(watch.is_refused for watch in self._before(read.thread_id, read.started_ns))

    def _before(self, thread_id: int, at_ns: int, *, at_most: int = LOOKED_BACK) -> list[Watch]:
        """Return the last waits of a thread that began before a moment, latest first."""
        index = bisect_right(self._starts[thread_id], at_ns - 1)
        return self.story.threads[thread_id].watches[max(0, index - at_most) : index][::-1]


def _breadth(story: Story) -> dict[str, int]:
    """Return the most clients, the next one included, that one wait of each call ever watched."""
    found: dict[str, int] = {}
    readers: dict[int, set[str]] = {}
    for read in story.reads if story.has_ring else ():
        readers.setdefault(read.thread_id, set()).add(read.client)
    for teller in story.threads.values():
        for watch in teller.watches:
            if watch.wait is Wait.READINESS and watch.may_sleep:
                width = len(watch.clients) + watch.accepts
                if watch.epoll:
                    width += _hidden(watch, watch.epoll, readers.get(watch.thread_id, set()))
                name = watch.multiplexer
                if width > found.get(name, 0):
                    found[name] = width
    return found


def _hidden(watch: Watch, epoll: Epoll, readers: set[str]) -> int:
    """Count those who came on an epoll list while a call waited on it, or through a ring.

    `readers` are those whose bytes its thread ever read, if there is a ring.
    """
    known = epoll.known()
    unseen = readers - known
    if watch.ended_ns is None:
        return len(unseen)
    members = {*watch.clients, *(LISTENER,) * watch.accepts}
    return len(unseen) + sum(epoll.covers(whose, watch.ended_ns) for whose in known - members)
