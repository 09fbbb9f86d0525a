"""The rules: each one sentence that a student reads, and how to tell that it did not hold.

A step that failed is explained by the first rule of EXPLANATIONS that applies to it. The rules of
an exercise's own demands look at the whole scenario.
"""

from dataclasses import dataclass
from typing import Protocol

from iomodels import blame
from iomodels.demands import Demands
from iomodels.record import (
    Activity,
    Failing,
    Failure,
    Moment,
    ScenarioRecord,
    StepRecord,
    Wait,
)
from iomodels.report import Finding
from iomodels.tracebacks import last_words
from iomodels.wording import asleep, count, doing, duration, names, place

# A send is cut short only when the send buffer is full, and that holds 4,096 bytes at least
# (tcp_wmem in tcp(7)): what is missing of a shorter reply was never handed to the kernel.
SMALLEST_SEND_BUFFER = 4096
WAITING = (Failing.NOT_ANSWERED, Failing.NOT_CLOSED)


class Explanation(Protocol):
    """A rule that may be the reason why a step failed."""

    name: str

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None: ...


def sentence(rule: object) -> str:
    """Return a rule's sentence: the first line of its docstring."""
    return (rule.__doc__ or "").splitlines()[0]


class WithinLimits:
    """Stay within the limits of memory, CPU time and output."""

    name = "within-limits"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        if failure.failing is not Failing.LIMIT:
            return None
        line = step.moment.running_line if step.moment else None
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The program was stopped: {failure.detail}{place(line)}.",
            source_line=line,
            step=step.line,
        )


class Listens:
    """Listen on the port that you are told."""

    name = "listens"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        if failure.failing is not Failing.NOT_LISTENING or _has_ended(step):
            return None
        sleep = step.moment.sleeps[0] if step.moment and step.moment.sleeps else None
        line = sleep.source_line if sleep else step.moment.running_line if step.moment else None
        if failure.detail:
            seen = f"It listens on port {failure.detail} instead"
        else:
            seen = f"It listens on no port at all; it is {doing(step.moment) or 'running'}"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=(
                f"The server never listened on its port. {seen}{place(line)}. The port is in the "
                "environment variable PORT and in the first argument."
            ),
            syscall=sleep.syscall if sleep else None,
            source_line=line,
            step=step.line,
        )


class StaysUp:
    """Keep running while clients need you."""

    name = "stays-up"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        if not _has_ended(step) or failure.failing is Failing.EXITED and failure.expected:
            return None
        words = last_words(scenario.output)
        how = _ending(scenario)
        said = f": {words.error}" if words.error else ""
        when = "before it listened on its port" if step.line == 0 else f"at “{step.text}”"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The program ended {when}, {how}{said}{place(words.line)}.",
            client=failure.client,
            source_line=words.line,
            step=step.line,
        )


class AcceptsEverybody:
    """Accept every client, whatever the others do."""

    name = "accepts-everybody"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        moment, client = step.moment, failure.client
        if not moment or not client or failure.failing not in (*WAITING, Failing.NOT_CONNECTED):
            return None
        end = blame.connection_of(moment, client)
        is_waiting = failure.failing is Failing.NOT_CONNECTED or (end and not end.is_accepted)
        sleep = blame.culprit(moment, client)
        if not is_waiting or not sleep or sleep.accepts and moment.activity is Activity.RESTING:
            return None
        queue = [found.client for found in moment.connections if not found.is_accepted]
        standing = (
            f"{client} cannot even connect: {count(len(queue), 'client')} stand in the queue"
            if failure.failing is Failing.NOT_CONNECTED
            else f"{client} has connected and nobody has accepted the connection"
        )
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"The server is {asleep(sleep)}{place(sleep.source_line)}. {standing}."
            + _who_can_wake(moment, sleep.waits_for),
            client=next(iter(sleep.waits_for), None),
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )


class WaitsForEveryone:
    """Never sleep on one client while another client's bytes are ready."""

    name = "waits-for-everyone"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        moment, client = step.moment, failure.client
        if not moment or not client or failure.failing not in WAITING:
            return None
        end = blame.connection_of(moment, client)
        sleep = blame.culprit(moment, client)
        if not end or not sleep:
            return None
        ready = self._what_is_ready(moment, end.client, failure)
        if not ready:
            return None
        line = place(sleep.source_line)
        if moment.activity is Activity.TIMED and sleep.timeout_ns is not None:
            message = (
                f"The server is {asleep(sleep)}{line}, and {ready}. While {client} waited it asked "
                f"to sleep for {duration(moment.slept_ns)} in all."
            )
        else:
            message = f"The server is {asleep(sleep)}{line}. {_capital(ready)}."
            message += _who_can_wake(moment, sleep.waits_for)
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=message,
            client=next(iter(sleep.waits_for), None),
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )

    def _what_is_ready(self, moment: Moment, client: str, failure: Failure) -> str:
        end = blame.connection_of(moment, client)
        if end and end.unread:
            lie = "lies" if end.unread == 1 else "lie"
            return f"{client}'s {count(end.unread, 'byte')} {lie} ready in the kernel, unread"
        sleep = blame.culprit(moment, client)
        is_on_another = bool(sleep and sleep.wait in (Wait.READ, Wait.WRITE) and sleep.waits_for)
        if is_on_another or (moment.activity is Activity.TIMED and not blame.watcher(moment, client)):
            what = "an end of file" if failure.failing is Failing.NOT_CLOSED else "an answer"
            return f"{client} waits for {what}"
        return ""


class KeepsTheRest:
    """Keep what could not be written, and go on when there is room."""

    name = "keeps-the-rest"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        moment, client = step.moment, failure.client
        if not moment or not client or failure.failing is not Failing.NOT_ANSWERED:
            return None
        end = blame.connection_of(moment, client)
        if not failure.got or not end or end.unread or not moment.sleeps:
            return None
        if failure.got + failure.missing < SMALLEST_SEND_BUFFER:
            return None
        sleep = moment.sleeps[0]
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=(
                f"{client} has got {count(failure.got, 'byte')}; {count(failure.missing, 'byte')} "
                f"are missing. The server has read all that {client} sent, has room to write, and is "
                f"{asleep(sleep)}{place(sleep.source_line)}: the rest is lost. Either a send took "
                "fewer bytes than it was given, or something was read and never written."
            ),
            client=client,
            neglected=client,
            syscall=sleep.syscall,
            source_line=sleep.source_line,
            step=step.line,
        )


class Rests:
    """Fall asleep when nobody has anything to say."""

    name = "rests"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        moment = step.moment
        if failure.failing is not Failing.NOT_RESTING or not moment:
            return None
        sleep = next((sleep for sleep in moment.sleeps if sleep.timeout_ns is not None), None)
        if sleep:
            line = sleep.source_line
            seen = (
                f"wakes up by itself again and again: it is {asleep(sleep)}{place(line)}. "
                "Sleep without a time-out in a call that watches everybody"
            )
        else:
            line = moment.running_line
            seen = f"runs without ever falling asleep: it is spinning{place(line)}"
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=f"Nobody has anything to say, and the server {seen}.",
            syscall=sleep.syscall if sleep else None,
            source_line=line,
            step=step.line,
        )


class Answers:
    """Answer exactly what the protocol says, to whom it says."""

    name = "answers"

    def explain(
        self, scenario: ScenarioRecord, step: StepRecord, failure: Failure
    ) -> Finding | None:
        sleep = next(iter(step.moment.sleeps), None) if step.moment else None
        return Finding(
            rule=self.name,
            title=sentence(self),
            message=_what_was_wrong(failure) + self._meanwhile(step.moment, failure),
            client=failure.client,
            neglected=failure.client if failure.failing in WAITING else None,
            syscall=sleep.syscall if sleep else None,
            source_line=sleep.source_line if sleep else None,
            step=step.line,
        )

    def _meanwhile(self, moment: Moment | None, failure: Failure) -> str:
        if not moment or failure.failing not in (*WAITING, Failing.NOT_CONNECTED):
            return ""
        if moment.activity is Activity.BUSY:
            return f" It was still running after its time on the processor was used up{place(moment.running_line)}."
        if not moment.sleeps:
            return ""
        line = place(moment.sleeps[0].source_line)
        end = blame.connection_of(moment, failure.client or "")
        if end and end.unread and blame.watcher(moment, failure.client or ""):
            return (
                f" {count(end.unread, 'byte')} lie ready in the kernel, and the server is {doing(moment)}"
                f"{line}: it was told of them once and did not read them all (edge-triggered)."
            )
        return f" The server has read everything and is {doing(moment)}{line}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """Serve everybody with no more threads and processes than allowed."""

    name: str
    thing: str
    allowed: int

    def check(self, scenario: ScenarioRecord) -> list[Finding]:
        seen = scenario.most_threads if self.thing == "thread" else scenario.most_processes
        if seen <= self.allowed:
            return []
        return [
            Finding(
                rule=self.name,
                title=f"Serve everybody with at most {count(self.allowed, self.thing)}.",
                message=f"The server had {count(seen, self.thing)} at once; allowed: {self.allowed}.",
            ),
        ]


EXPLANATIONS: tuple[Explanation, ...] = (
    WithinLimits(),
    StaysUp(),
    Listens(),
    AcceptsEverybody(),
    WaitsForEveryone(),
    KeepsTheRest(),
    Rests(),
    Answers(),
)


def demanded(demands: Demands) -> list[AtMost]:
    """Return the rules that an exercise asks for on top of its scenarios."""
    found = []
    for thing, plural, allowed in (
        ("thread", "threads", demands.at_most_threads),
        ("process", "processes", demands.at_most_processes),
    ):
        if allowed is not None:
            found.append(AtMost(name=f"at-most-{plural}", thing=thing, allowed=allowed))
    return found


def _has_ended(step: StepRecord) -> bool:
    return bool(step.moment and step.moment.activity is Activity.ENDED)


def _ending(scenario: ScenarioRecord) -> str:
    if scenario.exit_signal:
        return f"killed by {scenario.exit_signal}"
    return f"with status {scenario.exit_code}"


def _who_can_wake(moment: Moment, clients: tuple[str, ...]) -> str:
    if moment.activity is not Activity.RESTING or not clients:
        return ""
    return f" Only {names(clients)} can wake it."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _what_was_wrong(failure: Failure) -> str:
    client = failure.client or "the server"
    match failure.failing:
        case Failing.WRONG_BYTES:
            return (
                f"{client} received other bytes than it should: {failure.received} instead of "
                f"{failure.expected}, first different at byte {failure.offset}."
            )
        case Failing.UNEXPECTED_BYTES:
            return f"{client} received {failure.received}, where nothing should come."
        case Failing.CLOSED:
            how = f" ({failure.detail})" if failure.detail else ""
            missing = f" {count(failure.missing, 'byte')} were still to come." if failure.missing else ""
            return f"The server ended {client}'s connection{how}.{missing}"
        case Failing.NOT_CLOSED:
            return f"The server did not close {client}'s connection."
        case Failing.NOT_CONNECTED:
            return f"{client} could not connect ({failure.detail or 'nobody accepted'})."
        case Failing.NOT_EXITED:
            return f"The server did not exit with {failure.expected}."
        case Failing.EXITED:
            return f"The server exited with {failure.received}, not with {failure.expected}."
        case _:
            expected = f" {failure.expected}" if failure.expected else ""
            got = f" after {count(failure.got, 'byte')}" if failure.got else ""
            return f"{client} did not receive{expected}{got}."
