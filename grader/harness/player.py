"""Plays a scenario's steps on a stage, and writes down how each one ended."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from grader.harness import expectation
from grader.harness.clients import TcpClient, UdpClient
from grader.harness.failures import StepFailed, failed
from grader.harness.naps import Naps
from grader.harness.payload import content
from grader.harness.scenario import (
    Act,
    Connect,
    Exit,
    Receive,
    Repeat,
    Rest,
    Send,
    Step,
    Verb,
    unroll,
)
from grader.harness.stage import Ending, Stage, Waited
from iomodels.record import Failing, Failure, Outcome, StepRecord

MILLISECOND_NS = 1_000_000
# A server that is asked for something may run this long on a processor; 1 MiB in lines of 100
# through a plain Python server takes a tenth of it.
ANSWER_CPU_NS = 2_000 * MILLISECOND_NS
START_CPU_NS = 3_000 * MILLISECOND_NS
# A server to which nobody says anything has this much left to tidy up; it is not a clock, since a
# server that does not run does not use it up.
REST_CPU_NS = 150 * MILLISECOND_NS
# Before a client acts, a server that runs gets this long to come to rest.
SETTLE_CPU_NS = 20 * MILLISECOND_NS
RESTLESS_CPU_NS = 5 * MILLISECOND_NS
# Sleeps with time-outs, as asked for, that a client who waits may be made to wait for.
PATIENCE_NS = 500 * MILLISECOND_NS
WAKES = 3  # A server that wakes this often by itself, with shorter time-outs, is polling.

LISTENING = "the server listens on its port"


class Player:
    """Plays one scenario once."""

    def __init__(
        self,
        stage: Stage,
        steps: tuple[Step, ...],
        *,
        seed: int,
        start_patience_ns: int = PATIENCE_NS,
        warm_up_ns: int = 0,
        settle_naps: int = 1,
    ) -> None:
        self._stage, self._steps, self._seed = stage, steps, seed
        self._start_patience_ns, self._warm_up_ns = start_patience_ns, warm_up_ns
        self._settle_naps = settle_naps
        self._records: dict[int, StepRecord] = {}
        self._sendings = 0
        self._is_restless = self._is_behind = False

    def play(self) -> tuple[StepRecord, ...]:
        """Return a record of each line, in the order of the script; those not reached: skipped."""
        start = Step(line=0, text=LISTENING, says=Rest())
        if self._try(start, self._start):
            for step in unroll(self._steps):
                if not self._try(step, partial(self._play, step)):
                    break
        return self._all_records()

    def _all_records(self) -> tuple[StepRecord, ...]:
        records = dict(self._records)
        for step in unroll(self._steps):
            skipped = StepRecord(line=step.line, text=step.text, outcome=Outcome.SKIPPED)
            records.setdefault(step.line, skipped)
        return tuple(records[line] for line in sorted(records))

    def _try(self, step: Step, play: Callable[[], Waited | None]) -> bool:
        """Play a step and record it; return whether it held."""
        started_ns = time.monotonic_ns()
        outcome, failure = Outcome.PASSED, None
        try:
            waited = play()
        except StepFailed as failed:
            failure, waited = failed.failure, failed.waited
            is_net = failure.failing is Failing.SAFETY_NET
            outcome = Outcome.UNDECIDED if is_net else Outcome.FAILED
        moment = waited.moment if waited else None
        if moment:
            # A passed step keeps what the server was doing, but not the table of every connection.
            moment = self._stage.with_lines(moment) if failure else replace(moment, connections=())
        before = self._records.get(step.line)
        self._records[step.line] = StepRecord(
            line=step.line,
            text=step.text,
            outcome=outcome,
            took_ns=time.monotonic_ns() - started_ns + (before.took_ns if before else 0),
            moment=moment,
            failure=failure,
        )
        return failure is None

    def _start(self) -> Waited:
        waited = self._wait(
            self._stage.listens,
            cpu_ns=max(START_CPU_NS, self._start_patience_ns),
            is_enough=lambda naps: naps.asked_ns >= self._start_patience_ns,
        )
        if waited.ending is not Ending.DONE:
            detail = ", ".join(map(str, self._stage.wires.served_ports()))
            failure = Failure(
                failing=Failing.NOT_LISTENING,
                expected=str(self._stage.wires.port),
                detail=detail,
            )
            raise failed(failure, waited)
        if self._warm_up_ns:
            self._warm_up()
        return waited

    def _warm_up(self) -> None:
        """Let a server that listens go on to prepare; how it sleeps meanwhile tells nothing.

        One thread that listens is about to serve; of several, one may be a manager that sleeps for
        a minute while its workers load, so this wait is by the clock too.
        """
        for length_ns in (self._warm_up_ns // 30, self._warm_up_ns):
            is_over = partial(_is_past, time.monotonic_ns() + length_ns)
            waited = self._wait(
                lambda: False, cpu_ns=length_ns, spent_ns=length_ns, is_enough=is_over
            )
            if waited.ending is Ending.RESTING or self._stage.most_threads == 1:
                return

    def _play(self, step: Step) -> Waited | None:
        match step.says:
            case Rest():
                return self._rest()
            case Exit(code=code):
                return self._exit(code)
            case Receive() as receive:
                return self._receive(receive)
            case says:
                self._settle()
                return self._let_act(step, says)

    def _let_act(self, step: Step, says: Connect | Send | Act | Repeat) -> Waited:
        match says:
            case Connect(clients=clients):
                return self._connect(clients)
            case Send() as send:
                return self._send(step, send)
            case Act(clients=clients, verb=verb):
                for name in clients:
                    self._act(name, verb)
                return self._settle()
            case Repeat():
                raise AssertionError("repeats are unrolled before they are played")

    def _settle(self) -> Waited:
        """Let the server come to rest before somebody acts: the order is always the same."""
        budget_ns = RESTLESS_CPU_NS if self._is_restless else SETTLE_CPU_NS
        waited = self._wait(
            lambda: False, cpu_ns=budget_ns, spent_ns=budget_ns, is_enough=self._has_napped
        )
        self._is_restless = self._is_restless or waited.ending is Ending.BURNT
        self._check_limits(waited)
        return waited

    def _has_napped(self, naps: Naps) -> bool:
        # A time-out of a wait for clients holds up nobody who acts; a pause may end in such a wait.
        is_waiting = naps.count > naps.pauses
        return is_waiting or naps.pauses >= self._settle_naps or naps.longest_ns >= PATIENCE_NS

    def _connect(self, clients: tuple[str, ...]) -> Waited:
        for name in clients:
            if self._stage.wires.is_queue_full:
                self._wait(lambda: not self._stage.wires.is_queue_full)
            client = self._stage.connect(name)
            if isinstance(client, TcpClient):
                waited = self._wait(partial(_has_connected, client))
                if waited.ending is not Ending.DONE or client.trouble:
                    failure = Failure(
                        failing=Failing.NOT_CONNECTED,
                        client=name,
                        detail=client.trouble,
                    )
                    raise failed(failure, self._settle() if client.trouble else waited)
        return self._settle()

    def _send(self, step: Step, send: Send) -> Waited:
        clients = [self._stage.client(name) for name in send.clients]
        for client in clients:
            self._sendings += 1
            place = f"{step.line}:{client.name}:{self._sendings}"
            client.say(content(send.payload, seed=self._seed, place=place))
        waited = self._wait(
            lambda: not any(client.wants_to_write() for client in clients),
            progress=lambda: sum(client.handed for client in clients),
        )
        self._check_limits(waited)
        self._is_behind = waited.ending is Ending.BURNT
        return waited

    def _receive(self, receive: Receive) -> Waited | None:
        waited: Waited | None = None
        for name in receive.clients:
            client = self._stage.client(name)
            wait = partial(self._wait, progress=partial(_exchanged, client))
            waited = expectation.meet(client, receive.what, wait=wait, settle=self._settle)
            self._check_limits(waited)
        return waited

    def _act(self, name: str, verb: Verb) -> None:
        client = self._stage.client(name)
        if verb is Verb.STOP_READING:
            client.stop_reading()
        elif verb is Verb.READ_AGAIN:
            client.read_again()
        elif verb is Verb.SHUT_DOWN and isinstance(client, TcpClient):
            client.shut_down()
        else:
            if verb is Verb.RESET and isinstance(client, TcpClient):
                client.reset()
            client.close()
            self._stage.wires.remove(client)  # type: ignore[arg-type]

    def _rest(self) -> Waited:
        waited = self._wait(
            lambda: False,
            cpu_ns=ANSWER_CPU_NS if self._is_behind else REST_CPU_NS,
            is_enough=lambda naps: naps.count >= WAKES or naps.longest_ns >= PATIENCE_NS,
        )
        self._check_limits(waited)
        is_polling = waited.naps.count >= WAKES and waited.naps.longest_ns < PATIENCE_NS
        if waited.ending is Ending.BURNT or (waited.ending is Ending.NAPPED and is_polling):
            raise StepFailed(Failure(failing=Failing.NOT_RESTING), waited)
        if waited.ending is Ending.ENDED:
            raise StepFailed(Failure(failing=Failing.EXITED), waited)
        return waited

    def _exit(self, code: int) -> Waited:
        waited = self._wait(lambda: self._stage.has_ended)
        if waited.ending not in (Ending.DONE, Ending.ENDED):
            raise failed(Failure(failing=Failing.NOT_EXITED, expected=str(code)), waited)
        found = self._stage.exit().code
        if found != code:
            failure = Failure(failing=Failing.EXITED, expected=str(code), received=str(found))
            raise StepFailed(failure, waited)
        return waited

    def _wait(
        self,
        is_done: Callable[[], object],
        *,
        cpu_ns: int = ANSWER_CPU_NS,
        spent_ns: int | None = None,
        is_enough: Callable[[Naps], bool] = lambda naps: naps.asked_ns >= PATIENCE_NS,
        progress: Callable[[], int] = lambda: 0,
    ) -> Waited:
        return self._stage.wait(
            lambda: bool(is_done()),
            cpu_ns=cpu_ns,
            spent_ns=spent_ns,
            is_enough=is_enough,
            progress=progress,
        )

    def _check_limits(self, waited: Waited | None) -> None:
        if waited and waited.ending in (Ending.LIMIT, Ending.SAFETY_NET):
            raise failed(Failure(failing=Failing.LIMIT), waited)


def _exchanged(client: TcpClient | UdpClient) -> int:
    return len(client.received) + client.handed


def _has_connected(client: TcpClient) -> bool:
    return client.is_connected or bool(client.trouble)


def _is_past(moment_ns: int, naps: Naps) -> bool:
    del naps
    return time.monotonic_ns() >= moment_ns
