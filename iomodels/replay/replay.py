"""Goes through a trace once, call by call, and keeps the kernel's books."""

import re
from collections.abc import Callable, Mapping, Sequence

from iomodels.calls import READS, WRITES, call
from iomodels.record import UNKNOWN_NS, ScenarioRecord, Wait
from iomodels.replay import arguments
from iomodels.replay.books import Books
from iomodels.replay.files import LISTENER, Epoll, File, World
from iomodels.replay.story import Accept, Read, Story, Teller, Watch
from iomodels.replay.tables import Tables
from iomodels.trace import Call, End, Event, Trace

_READABLE_EVENTS = re.compile(r"EPOLLIN|EPOLLRDNORM|EPOLLRDHUP")
_EPOLL_ENTRY = re.compile(
    rf", EPOLL_CTL_(ADD|MOD|DEL), ([0-9]{{1,10}})<{arguments.LABEL}>(?:, (.*))?"
)
_ENTRY_DATA = re.compile(r"data=\{u32=[0-9]+, u64=([0-9]{1,20})\}")
_RESTARTED = "ERESTART_RESTARTBLOCK"
_ANNOUNCING = ("SIGIO", "SIGURG")
_Covers = tuple[tuple[str, ...], bool, bool]  # Clients; new ones too; descriptors of nobody's too.


def replay(trace: Trace, *, port: int, clients: Mapping[int, str]) -> Story:
    """Return the story of a trace; `clients` are their names by their own ports."""
    teller = _Replay(World(port=port, clients=dict(clients)))
    for event in trace.events:
        teller.take(event)
    return teller.finish()


def clients_of(scenario: ScenarioRecord) -> dict[int, str]:
    """Return the clients of a scenario by their ports.

    A name that was used again gets a number: each connection is somebody else to the server.
    """
    found: dict[int, str] = {}
    seen: dict[str, int] = {}
    for event in scenario.events:
        if event.port not in found:
            number = seen[event.client] = seen.get(event.client, 0) + 1
            found[event.port] = event.client if number == 1 else f"{event.client} ({number})"
    return found


class _Replay:
    """The state of one replay."""

    def __init__(self, world: World) -> None:
        self.story, self.tables = Story(), Tables(world)
        self._world = world
        self._selects: dict[str, tuple[_Covers, int | None]] = {}
        self._made: dict[int, int] = {}
        handlers: dict[str, Callable[[Call, Teller], None]] = {
            **dict.fromkeys(READS, self._read),
            **dict.fromkeys(WRITES, self._write),
            **dict.fromkeys(("accept", "accept4"), self._accept),
            **dict.fromkeys(("select", "pselect6", "poll", "ppoll"), self._select),
            **dict.fromkeys(("epoll_wait", "epoll_pwait", "epoll_pwait2"), self._epoll_wait),
            **dict.fromkeys(("clone", "clone3", "fork", "vfork"), self._clone),
            **Books(world, self.story, self.tables).handlers,
            **dict.fromkeys(("io_uring_enter", "io_getevents"), self._ring_wait),
            "epoll_ctl": self._epoll_ctl,
            "futex": self._futex,
            "clock_nanosleep": self._nap,
            "nanosleep": self._nap,
            "restart_syscall": self._restart,
        }
        for name in ("wait4", "waitid", "pause", "rt_sigsuspend", "rt_sigtimedwait"):
            handlers[name] = self._other_wait
        self._handlers = handlers

    def take(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, Call):
            thread_id, ended_ns = event.thread_id, event.ended_ns
            teller = self.story.threads.get(thread_id) or self._teller(thread_id, event.started_ns)
            if ended_ns and ended_ns > teller.ended_ns:
                teller.ended_ns = ended_ns
            if handler := self._handlers.get(event.name):
                handler(event, teller)
            return
        teller = self._teller(event.thread_id, event.at_ns)
        if isinstance(event, End):
            teller.ended_ns = max(teller.ended_ns, event.at_ns)
            self.tables.ended(event.thread_id)
        elif event.name.startswith((*_ANNOUNCING, "SIGRT")):
            teller.signals.append(event.at_ns)

    def finish(self) -> Story:
        """Return what was found."""
        story = self.story
        tellers = story.threads.values()
        story.started_ns = min((teller.started_ns for teller in tellers), default=0)
        story.ended_ns = max((teller.ended_ns for teller in tellers), default=0)
        return story

    def _teller(self, thread_id: int, at_ns: int) -> Teller:
        teller = self.story.threads.get(thread_id)
        if teller is None:
            # A clone is only whole when it returns, and then the new thread may have begun.
            process_id = self.tables.process_of(thread_id)
            teller = Teller(thread_id, process_id, at_ns, at_ns, self._made.get(thread_id))
            self.story.threads[thread_id] = teller
        elif at_ns > teller.ended_ns:
            teller.ended_ns = at_ns
        return teller

    def _watch(
        self,
        call_: Call,
        teller: Teller,
        wait: Wait,
        clients: tuple[str, ...],
        *,
        accepts: bool = False,
        others: bool = False,
        epoll: Epoll | None = None,
        timeout_ns: int | None = None,
        may_sleep: bool = True,
    ) -> None:
        teller.watches.append(
            Watch(
                call_.thread_id,
                teller.process_id,
                call_.name,
                wait,
                clients,
                accepts,
                others,
                epoll,
                call_.started_ns,
                call_.ended_ns,
                timeout_ns,
                may_sleep,
                call_.result,
                call_.error,
            )
        )

    def _read(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file is None:
            return
        whose = file.whose
        if whose is None:
            if file.label.startswith(("pipe", "anon_inode", "UNIX", "socket")):
                may_sleep = _may_sleep(call_, file)
                self._watch(call_, teller, Wait.READ, (), others=True, may_sleep=may_sleep)
            return
        story = self.story
        story.calls += 1
        clients: tuple[str, ...] = (whose,) if whose else ()
        if file.is_udp and whose == LISTENER:
            # Everybody's datagrams come through one socket; the address says whose this one was.
            clients = tuple(self._world.clients.values())
            whose = self._world.clients.get(arguments.port(call_) or 0, LISTENER)
        may_sleep = _may_sleep(call_, file)
        if call_.error == "EAGAIN":
            story.refused_reads += 1
        elif whose and call_.result is not None and call_.ended_ns and not call_.error:
            read = Read(
                whose,
                call_.thread_id,
                teller.process_id,
                call_.name,
                call_.result,
                call_.started_ns,
                call_.ended_ns,
            )
            if "MSG_PEEK" not in call_.arguments:
                story.reads.append(read)
        timeout_ns = file.timeout_ns
        self._watch(call_, teller, Wait.READ, clients, timeout_ns=timeout_ns, may_sleep=may_sleep)

    def _write(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file is None or file.whose is None:
            return
        self.story.calls += 1
        whose = file.whose
        if file.is_udp and whose == LISTENER:
            whose = self._world.clients.get(arguments.port(call_) or 0, LISTENER)
        if call_.result and call_.result > 0 and whose:
            self.story.answers[whose] = self.story.answers.get(whose, 0) + call_.result
        may_sleep = _may_sleep(call_, file)
        if may_sleep:
            clients = (whose,) if whose else ()
            self._watch(call_, teller, Wait.WRITE, clients)

    def _accept(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file is None or file.whose != LISTENER:
            return
        self.story.calls += 1
        if call_.result is not None and call_.result >= 0 and call_.detail:
            new = self.tables.open(teller, call_.result, call_.detail.strip("<>"))
            new.is_nonblocking = "SOCK_NONBLOCK" in call_.arguments
            if new.whose and call_.ended_ns:
                self.story.accepts.append(
                    Accept(
                        new.whose,
                        call_.thread_id,
                        teller.process_id,
                        call_.started_ns,
                        call_.ended_ns,
                    )
                )
        elif call_.error == "EAGAIN":
            self.story.spins += not teller.watches or teller.watches[-1].is_refused
        self._watch(call_, teller, Wait.ACCEPT, (), accepts=True, may_sleep=not file.is_nonblocking)

    def _select(self, call_: Call, teller: Teller) -> None:
        known = self._selects.get(call_.arguments)  # A loop asks the same again and again.
        if known:
            covers, timeout_ns = known
            self._readiness(call_, teller, covers, None, timeout_ns)
            return
        watched = [
            self.tables.file(teller.process_id, number, label)
            for number, label in arguments.watched(call_)
        ]
        covers, timeout_ns = self._covered(watched), arguments.timeout_ns(call_)
        # An epoll descriptor is readable when one of its list is, and the list may change.
        epoll = next((file.epoll for file in watched if file.epoll), None)
        if epoll is None:
            self._selects[call_.arguments] = covers, timeout_ns
        else:
            covers = _joined(covers, epoll)
        self._readiness(call_, teller, covers, epoll, timeout_ns)

    def _covered(self, watched: Sequence[File]) -> _Covers:
        clients: list[str] = []
        accepts = others = False
        for file in watched:
            behind = self._behind(file)
            others |= not behind
            accepts |= LISTENER in behind
            clients += (whose for whose in behind if whose != LISTENER)
        return tuple(clients), accepts, others

    def _behind(self, file: File) -> tuple[str, ...]:
        """Return who can make it readable: over the one socket of a UDP server all speak."""
        if file.whose is None:
            return ()
        if file.is_udp and file.whose == LISTENER:
            return tuple(self._world.clients.values())
        return (file.whose,)

    def _epoll_wait(self, call_: Call, teller: Teller) -> None:
        file = self.tables.first(call_)
        if file is None:
            return
        epoll = self.tables.epoll(file)
        covers = _joined(((), False, False), epoll)
        self._readiness(call_, teller, covers, epoll, arguments.timeout_ns(call_))
        if epoll.oneshot and call_.result and call_.ended_ns:
            for data in _ENTRY_DATA.findall(call_.arguments):
                for whose in epoll.oneshot.get(int(data), ()):
                    epoll.remove(whose, call_.ended_ns)

    def _readiness(
        self,
        call_: Call,
        teller: Teller,
        covers: _Covers,
        epoll: Epoll | None,
        timeout_ns: int | None,
    ) -> None:
        clients, accepts, others = covers
        self.story.calls += bool(clients or accepts)
        may_sleep = timeout_ns != 0
        if not may_sleep and not call_.result:
            self.story.spins += 1
        teller.watches.append(
            Watch(
                call_.thread_id,
                teller.process_id,
                call_.name,
                Wait.READINESS,
                clients,
                accepts,
                others,
                epoll,
                call_.started_ns,
                call_.ended_ns,
                timeout_ns,
                may_sleep,
                call_.result,
                call_.error,
            )
        )

    def _epoll_ctl(self, call_: Call, teller: Teller) -> None:
        holder = self.tables.first(call_)
        found = _EPOLL_ENTRY.search(call_.arguments)
        if holder is None or not found or call_.error or call_.ended_ns is None:
            return
        operation, number, label, entry = found.groups()
        epoll = self.tables.epoll(holder)
        file = self.tables.file(teller.process_id, int(number), label)
        entry = entry or ""
        if file.epoll and file.epoll is not epoll:
            (epoll.inner.discard if operation == "DEL" else epoll.inner.add)(file.epoll)
        if file.whose is None:
            (epoll.others.discard if operation == "DEL" else epoll.others.add)(label)
            return
        change = epoll.remove
        if operation != "DEL" and _READABLE_EVENTS.search(entry):
            change = epoll.add
        for whose in self._behind(file):
            # From the call's start: it may well be in force before strace sees it return.
            change(whose, call_.started_ns)
        self.story.edge_triggered |= "EPOLLET" in entry and file.whose != LISTENER
        if "EPOLLONESHOT" in entry and (data := _ENTRY_DATA.search(entry)):
            epoll.oneshot[int(data[1])] = self._behind(file)

    def _clone(self, call_: Call, teller: Teller) -> None:
        if call_.result and call_.result > 0:
            is_thread = "CLONE_THREAD" in call_.arguments
            self.tables.born(call_.result, teller, is_thread=is_thread)
            self._made[call_.result] = call_.thread_id
            # It may run for a while before it does anything that is traced.
            self._teller(call_.result, call_.started_ns)

    def _ring_wait(self, call_: Call, teller: Teller) -> None:
        self._watch(call_, teller, Wait.OTHER, (), others=True)

    def _futex(self, call_: Call, teller: Teller) -> None:
        if "FUTEX_WAIT" in call_.arguments or "FUTEX_LOCK_PI" in call_.arguments:
            # Most name a moment of some clock, and what matters is whether there is one.
            is_timed = "tv_sec" in call_.arguments
            timeout_ns = UNKNOWN_NS if is_timed else None
            self._watch(call_, teller, Wait.LOCK, (), timeout_ns=timeout_ns)

    def _nap(self, call_: Call, teller: Teller) -> None:
        is_moment = "TIMER_ABSTIME" in call_.arguments
        length_ns = None if is_moment else arguments.length_ns(call_.arguments)
        # A moment says nothing by itself; a sleep that was not cut short lasted as long as asked.
        timeout_ns = length_ns if length_ns is not None else UNKNOWN_NS
        self._watch(call_, teller, Wait.TIMER, (), timeout_ns=timeout_ns)

    def _restart(self, call_: Call, teller: Teller) -> None:
        """Go on with a timed wait that the kernel itself took up again, restart_syscall(2)."""
        last = teller.watches[-1] if teller.watches else None
        if last and last.error == _RESTARTED:
            started_ns, ended_ns = call_.started_ns, call_.ended_ns
            again = last._replace(started_ns=started_ns, ended_ns=ended_ns)
            teller.watches.append(again._replace(result=call_.result, error=call_.error))
        else:
            self._watch(call_, teller, Wait.TIMER, (), timeout_ns=UNKNOWN_NS)

    def _other_wait(self, call_: Call, teller: Teller) -> None:
        may_sleep = "WNOHANG" not in call_.arguments
        self._watch(call_, teller, call(call_.name).wait, (), may_sleep=may_sleep)


def _may_sleep(call_: Call, file: File) -> bool:
    return not file.is_nonblocking and "MSG_DONTWAIT" not in call_.arguments


def _joined(covers: _Covers, epoll: Epoll) -> _Covers:
    """Return whom a wait covers, together with those on the list of an epoll instance."""
    clients, accepts, others = covers
    members = epoll.members()
    joined = (*clients, *(whose for whose in members if whose not in {LISTENER, *clients}))
    return joined, accepts or LISTENER in members, others or bool(epoll.others)
