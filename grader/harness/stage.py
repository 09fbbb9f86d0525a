"""One server on its stage: the event loop that moves the clients' bytes and sees the server rest.

Theory of operation. The driver has one thread. It plays the clients over sockets that never block
and looks at the server from outside; nothing of it runs inside the server. The world is closed: the
network namespace has nothing but loopback, and only these clients can reach the server. So a server
of which every thread sleeps without a time-out will stay so until a client acts, and whatever it
has not done by then it will never do.

They take turns, so that one program meets the same world each time: the clients move bytes,
then the server runs until it sleeps, then the clients move again. (A server that does not sleep
gets a slice of CPU time for its turn.) `wait` plays turns until something is done or decided:

1. Ask the kernel whether everything that the clients sent has arrived at the server's sockets
   (wires.py). What arrives wakes its sleeper at once: from here on a sleeper stays asleep.
2. Read the state, the system call and the context-switch counts of every thread, twice. All asleep
   and nothing changed: there was a moment at which all of them slept.
3. Move bytes. If any moved, it is the server's turn again.
4. Ask the kernel whether the clients have heard everything that the server wrote. Then it is proven
   that the server rests, and that what was waited for cannot come.

Sleeps with a time-out are added up by the length that the program asked for; a program that runs is
measured by its own CPU time. The only clock on a wall is the safety net, and what it ends is
undecided. A program that ends makes its pidfd readable; whoever kills the driver kills the program.
"""

import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from grader.harness import threads as proc
from grader.harness.clients import TcpClient, UdpClient
from grader.harness.naps import Naps
from grader.harness.sleeping import decode
from grader.harness.source_lines import SourceLines
from grader.harness.threads import Thread
from grader.harness.wires import Wires
from grader.sandbox import Bare, Box, Excess, Exit, Limits, exceeded
from iomodels.record import Activity, Connection, Deed, Moment, Sleep, Wait

# Between two looks the loop sleeps in poll(), so bytes wake it at once; these bound how late it
# sees that a server fell asleep without writing.
SHORTEST_DOZE_MS, LONGEST_DOZE_MS = 1.0, 4.0  # poll(2) counts whole milliseconds.
USAGE_EVERY_NS = 5_000_000
# A turn of a server that does not sleep; after it was seen to burn its time, of one that spins.
TURN_CPU_NS, RESTLESS_TURN_CPU_NS = 50_000_000, 5_000_000
# strace takes up to a millisecond for a call that names a hundred connections.
TRACED_TIMES = 3
OUTPUT_KEPT = 64 * 1024
LINES_READ = 20  # Moments of neglect whose source lines are looked up: each costs milliseconds.


class Ending(StrEnum):
    """Why a wait is over."""

    DONE = "done"
    RESTING = "resting"
    NAPPED = "napped"  # The program slept with time-outs for as long as it may.
    BURNT = "burnt"  # It ran for as long as it may, in its own CPU time.
    ENDED = "ended"
    LIMIT = "limit"
    SAFETY_NET = "safety net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How a wait ended, and what the server was doing then."""

    ending: Ending
    moment: Moment | None = None
    naps: Naps
    detail: str = ""


class Stage:
    """One running program and its clients."""

    def __init__(
        self,
        box: Box | Bare,
        wires: Wires,
        *,
        limits: Limits,
        lines: SourceLines,
        lined: set[str],
    ) -> None:
        self.box, self.wires, self.limits = box, wires, limits
        self._lines, self._lined = lines, lined
        self.output = bytearray()
        self.output_size = 0
        self.most_threads = self.most_processes = self.most_memory = 0
        self.cpu_ns = self._tracing_ns = 0
        self._usage_at_ns = 0
        self._excess: Excess | None = None
        self._has_output = True
        self.has_ended = False
        self._exit: Exit | None = None
        self.first_pid = self.tasks_made = 0
        self._helpers_made = 0
        self._turn_cpu_ns = TURN_CPU_NS
        self._epoll = select.epoll()
        self._epoll.register(box.pidfd, select.EPOLLIN)
        self._epoll.register(box.output_fd, select.EPOLLIN)
        self._arrivals = select.epoll()  # Level-triggered: of the clients, whoever can read now.
        self._last: tuple[Thread, ...] = ()
        self._read: dict[int, int] = {}
        self._found_lines: tuple[tuple[Thread, ...], dict[int, int]] = ((), {})
        self._neglect: tuple[tuple[Connection, ...], tuple[Thread, ...]] = ((), ())

    def wait(
        self,
        is_done: Callable[[], bool],
        *,
        cpu_ns: int,
        is_enough: Callable[[Naps], bool],
        progress: Callable[[], int],
        spent_ns: int | None = None,
    ) -> Waited:
        """Take turns until something is done, or until it is proven that it will not be.

        `progress` grows while what is waited for comes on; naps before that do not count. A program
        that runs may use `cpu_ns` itself, and `spent_ns` together with the strace that it keeps
        busy (as a rule TRACED_TIMES as much).
        """
        spent_ns = TRACED_TIMES * cpu_ns if spent_ns is None else spent_ns
        naps, doze_ms = Naps(reached=progress()), SHORTEST_DOZE_MS
        started_ns = turn_cpu_ns = self._spent()
        started_cpu_ns = self.cpu_ns
        self._move()
        while not is_done():
            if waited := self._ended_or_over_limit(is_done, naps):
                return waited
            if asleep := self._proof_of_sleep():
                if self._move() or not self.wires.is_all_heard():
                    turn_cpu_ns, doze_ms = self._spent(), SHORTEST_DOZE_MS
                    naps.reach(progress())
                elif waited := self._rest(asleep, naps, is_done, is_enough):
                    return waited
            else:
                now_ns = self._spent()
                if now_ns - turn_cpu_ns > self._turn_cpu_ns:
                    turn_cpu_ns = now_ns
                    self._move()
                if self.cpu_ns - started_cpu_ns > cpu_ns or now_ns - started_ns > spent_ns:
                    self._turn_cpu_ns = RESTLESS_TURN_CPU_NS
                    return Waited(ending=Ending.BURNT, moment=self._busy_moment(), naps=naps)
            doze_ms = min(doze_ms * 2, LONGEST_DOZE_MS) if not self._doze(doze_ms) else doze_ms
        return Waited(ending=Ending.DONE, naps=naps)

    def with_lines(self, moment: Moment) -> Moment:
        """Return the moment with the source line of each thread, read now: it must still hold."""
        if moment.activity is Activity.BUSY:
            found = self._find_lines(proc.look(self.box.processes()))
            return replace(moment, running_line=next(iter(found.values()), None))
        found = self._find_lines(self._last)
        if self._look() != self._last:  # A line that was read after waking says nothing.
            return moment
        sleeps = tuple(
            replace(
                sleep,
                source_line=found.get(sleep.thread_id),
                source_file=self._lines.files.get(sleep.thread_id, ""),
            )
            for sleep in moment.sleeps
        )
        return replace(moment, sleeps=sleeps)

    def listens(self) -> bool:
        return self.wires.look_for_listener() is not None

    def connect(self, name: str) -> TcpClient | UdpClient:
        """Add a client that begins to connect."""
        client = self.wires.connect(name)
        # Edge-triggered, as a hint to look again: the bytes themselves wait for the clients' turn.
        self._epoll.register(client, select.EPOLLIN | select.EPOLLET)
        self._arrivals.register(client, select.EPOLLIN)
        return client

    def client(self, name: str) -> TcpClient | UdpClient:
        return self.wires.clients[name]

    def exit(self) -> Exit:
        """End the program if it still runs, and return how it ended; the stage is empty then."""
        if self._exit is None:
            self.drain_output()
            self._exit = self.box.close(output=bytes(self.output))
            self._has_output = False
        return self._exit

    def drain_output(self) -> None:
        """Read what the program has printed up to now."""
        while self._has_output:
            try:
                content = os.read(self.box.output_fd, 1 << 16)
            except BlockingIOError:
                return
            self._has_output = bool(content)
            if not content:
                self._epoll.unregister(self.box.output_fd)
            self.output_size += len(content)
            self.output += content[: max(0, OUTPUT_KEPT - len(self.output))]
            if self.output_size > self.limits.output_bytes:
                return

    def _rest(
        self,
        asleep: tuple[Thread, ...],
        naps: Naps,
        is_done: Callable[[], bool],
        is_enough: Callable[[Naps], bool],
    ) -> Waited | None:
        if is_done():  # It came to pass after the last question and before the server slept.
            return Waited(ending=Ending.DONE, naps=naps)
        endpoints = self.wires.endpoints()
        sleeps = tuple(decode(thread, endpoints) for thread in asleep)
        if self._look() != asleep:  # Woken meanwhile: what was read may belong to another sleep.
            return None
        self._last = asleep
        self._note_rest(sleeps, naps)
        if all(sleep.timeout_ns is None for sleep in sleeps):
            moment = self._moment(Activity.RESTING, sleeps, naps)
            return Waited(ending=Ending.RESTING, moment=moment, naps=naps)
        naps.add(asleep, sleeps, now_ns=time.monotonic_ns())
        if not is_enough(naps):
            return None
        moment = self._moment(Activity.TIMED, sleeps, naps)
        return Waited(ending=Ending.NAPPED, moment=moment, naps=naps)

    def _note_rest(self, sleeps: tuple[Sleep, ...], naps: Naps) -> None:
        """Write into the journal that all sleep now, and who is neglected by it if anybody is."""
        journal, now_ns = self.wires.journal, time.time_ns()
        journal.rest(now_ns)
        if self.box.tracer and self.box.tracer.has_ring:
            self._note_what_is_read()  # A ring's own reads are not in the trace.
        is_timed = any(sleep.timeout_ns is not None for sleep in sleeps)
        moment = self._moment(Activity.TIMED if is_timed else Activity.RESTING, sleeps, naps)
        # All has arrived and all sleep, so whoever is ready is neglected, even by a wait that
        # covers him: an edge-triggered one that has missed its edge. A client that does not take
        # its answers may well be left to wait.
        ready = tuple(
            end
            for end in moment.connections
            if (end.unread or not end.is_accepted) and not end.unsent
        )
        # And the line of each call in which the program was ever seen asleep.
        fresh = {sleep.syscall for sleep in sleeps if sleep.wait is not Wait.LOCK} - self._lined
        if (not ready and not fresh) or (ready, self._last) == self._neglect:
            return
        self._neglect = (ready, self._last)
        if len(journal.moments) < LINES_READ:
            moment = self.with_lines(moment)
            self._lined |= {sleep.syscall for sleep in moment.sleeps if sleep.source_line}
        journal.neglect(replace(moment, connections=ready, at_ns=now_ns))

    def _note_what_is_read(self) -> None:
        for end in self.wires.connections():
            client = self.wires.clients.get(end.client)
            if client and not end.unread and client.handed > self._read.get(client.port, 0):
                self._read[client.port] = client.handed
                self.wires.journal.note(
                    client.name, Deed.IS_READ, port=client.port, size=client.handed
                )

    def _find_lines(self, threads: tuple[Thread, ...]) -> dict[int, int]:
        """Return the source line of each thread; the same sleep is looked up once."""
        if self._found_lines[0] != threads:
            self.count_tasks()
            before = _last_pid()
            self._found_lines = (threads, self._lines.of(threads))
            self._helpers_made += _last_pid() - before
        return self._found_lines[1]

    def _proof_of_sleep(self) -> tuple[Thread, ...] | None:
        glimpse = self._look()
        if not glimpse or not all(thread.is_asleep for thread in glimpse):
            return None
        if not self.wires.is_all_delivered():
            return None
        first = self._look()
        if not first or not all(thread.is_asleep for thread in first) or first != self._look():
            return None
        return first

    def _look(self) -> tuple[Thread, ...]:
        processes = self.box.processes() if self.box.has_started() else []
        threads = proc.look(processes)
        if self.box.tracer:
            self.box.tracer.drain()
            stopped = self.box.tracer.stopped
            threads = tuple(thread.told_from_tracing(stopped) for thread in threads)
        living = sum(thread.is_alive for thread in threads)
        self.most_threads = max(self.most_threads, living)
        self.most_processes = max(self.most_processes, len(processes))
        self.first_pid = self.first_pid or min(processes, default=0)
        return threads

    def count_tasks(self) -> None:
        """Note how many threads and processes the program has made up to now, itself included.

        Each has taken the next number in the driver's pid namespace, and nobody else takes any but
        the driver's helpers, which run while the program sleeps; the last one is in /proc/loadavg,
        proc(5).
        """
        if self.first_pid:
            self.tasks_made = _last_pid() - self.first_pid + 1 - self._helpers_made

    def _move(self) -> bool:
        """Write and read what can be; return whether any byte moved, of output too.

        A program that has filled its output pipe sleeps until that is read, not for a client.
        """
        printed = self.output_size
        self.drain_output()
        clients = self.wires.clients.values()
        readable = dict(self._arrivals.poll(0, len(clients) or 1))
        busy = [one for one in clients if one.fileno() in readable or one.has_plans()]
        moved = sum([client.pump() for client in busy])  # Every one of them.
        return moved > 0 or self.output_size > printed

    def _ended_or_over_limit(self, is_done: Callable[[], bool], naps: Naps) -> Waited | None:
        if self.has_ended and not self._excess:
            self._move()
            ending = Ending.DONE if is_done() else Ending.ENDED
            return Waited(ending=ending, moment=self._end_moment(), naps=naps)
        if self.output_size > self.limits.output_bytes:
            detail = f"it printed more than {self.limits.output_bytes >> 10} KiB, its limit"
            return Waited(ending=Ending.LIMIT, moment=None, naps=naps, detail=detail)
        self._measure()
        match self._excess:
            case None:
                return None
            case Excess.WALL:
                return Waited(ending=Ending.SAFETY_NET, moment=self._busy_moment(), naps=naps)
            case Excess.MEMORY:
                amount = f"{self.limits.memory_bytes >> 20} MiB of memory"
            case _:
                amount = f"{self.limits.cpu_s} s of CPU time"
        detail = f"it used {amount}, its limit"
        moment = self._end_moment() if self.has_ended else self._busy_moment()
        return Waited(ending=Ending.LIMIT, moment=moment, naps=naps, detail=detail)

    def _spent(self) -> int:
        """Return the CPU time that the program has used or caused, not older than milliseconds.

        A program that does little but calls makes strace run twenty times as long as itself.
        """
        return self._measure() + self._tracing_ns

    def _measure(self) -> int:
        """Return the program's own CPU time, and note what it uses."""
        now_ns = time.monotonic_ns()
        if now_ns - self._usage_at_ns > USAGE_EVERY_NS and not self.has_ended:
            self._usage_at_ns = now_ns
            usage = self.box.usage()
            self.cpu_ns = max(self.cpu_ns, usage.cpu_ns)
            self._tracing_ns = self.box.tracing_ns()
            self.most_memory = max(self.most_memory, usage.memory_bytes)
            self._excess = exceeded(self.limits, usage)
        return self.cpu_ns

    def _doze(self, milliseconds: float) -> bool:
        """Sleep until something happens; return whether a client may have got something."""
        has_news = False
        for descriptor, _ in self._epoll.poll(milliseconds / 1000):
            if descriptor == self.box.pidfd:
                self._usage_at_ns = 0
                self._measure()  # The kernel may have ended it, for the memory that it used.
                self.has_ended = True
                self._epoll.unregister(self.box.pidfd)
            if descriptor in (self.box.pidfd, self.box.output_fd):
                self.drain_output()
            else:
                has_news = True
        return has_news

    def _moment(self, activity: Activity, sleeps: tuple[Sleep, ...], naps: Naps) -> Moment:
        return Moment(
            activity=activity,
            sleeps=sleeps,
            connections=self.wires.connections(),
            processes=len(self.box.processes()),
            cpu_ns=self.cpu_ns,
            slept_ns=naps.asked_ns,
        )

    def _busy_moment(self) -> Moment:
        self.wires.is_all_delivered()
        return self._moment(Activity.BUSY, (), Naps())

    def _end_moment(self) -> Moment:
        self.wires.is_all_delivered()
        return self._moment(Activity.ENDED, (), Naps())


def _last_pid() -> int:
    return int(Path("/proc/loadavg").read_text().split()[-1])
