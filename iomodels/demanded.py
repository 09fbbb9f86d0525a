"""The rules that an exercise can ask for on top of its scenarios; most are judged by the trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from iomodels.analysis import Analysis
from iomodels.demands import Demands
from iomodels.explanation import sentence
from iomodels.ledger import Slept
from iomodels.models import Model, in_words
from iomodels.record import ScenarioRecord, Wait
from iomodels.replay import Watch
from iomodels.report import Finding
from iomodels.wording import agree, call_name, count, duration, names, place

# A thread that has looked in vain this often in a row, beside once or twice for every client, does
# nothing else. It gets five milliseconds of CPU time before anybody acts: enough for dozens.
VAIN_LOOKS = 10
# A thread has a right to these: its interpreter's locks, and what it reads from its own pipes.
WAITS_OF_ITS_OWN = (Wait.LOCK, Wait.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a rule is given: a scenario, and what its trace shows; None: it was not traced."""

    scenario: ScenarioRecord
    analysis: Analysis | None


class Demanded(Protocol):
    """A rule that looks at a whole scenario."""

    @property
    def name(self) -> str: ...

    def check(self, evidence: Evidence) -> list[Finding]:
        """Return what speaks against the program."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """Serve everybody with no more threads and processes than allowed."""

    name: str
    thing: str
    allowed: int

    @property
    def title(self) -> str:
        return f"Serve everybody with at most {count(self.allowed, self.thing)}."

    def check(self, evidence: Evidence) -> list[Finding]:
        scenario = evidence.scenario
        seen = scenario.most_threads if self.thing == "thread" else scenario.most_processes
        # Who lives between two looks is not seen, but counted; a process has one thread at least.
        made = scenario.tasks_made if self.thing == "thread" and self.allowed == 1 else 0
        if seen <= self.allowed and made <= 1:
            return []
        if seen > self.allowed:
            is_many_processes = scenario.most_processes == seen
            what = f"had {count(seen, 'process' if is_many_processes else self.thing)} at once"
        else:
            what = f"made {count(made, 'thread')} or processes in all, its first included"
        return [
            Finding(
                rule=self.name,
                title=self.title,
                message=f"The server {what}; allowed: {self.allowed}.",
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesModel:
    """Wait for your clients in the way that the exercise asks for."""

    asked: str
    name: str = "model"

    def check(self, evidence: Evidence) -> list[Finding]:
        analysis = evidence.analysis
        if analysis is None:
            return []
        seen = analysis.recognition
        if seen.model is Model.UNKNOWN or self.asked in (seen.model.value, seen.family.value):
            return []
        because = " ".join(seen.reasons[:2])
        slept = _with_line([one for one in analysis.ledger.sleeps if one.syscall == seen.syscall])
        return [
            Finding(
                rule=self.name,
                title=sentence(self),
                message=f"Asked for: {in_words(self.asked)}. "
                f"What the server did: {seen.title}. {because}",
                syscall=seen.syscall or None,
                source_line=slept.source_line if slept else None,
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeglectsNobody:
    """Never sleep on one client while another client's bytes are ready."""

    name: str = "waits-for-everyone"

    def check(self, evidence: Evidence) -> list[Finding]:
        analysis = evidence.analysis
        harmful = analysis.ledger.harmful if analysis else ()
        if not harmful or analysis is None:
            return []
        first = _with_line(harmful) or harmful[0]
        neglected = first.neglected[0]
        if neglected.unread:
            ready = f"{count(neglected.unread, 'byte')} of {neglected.client} lay ready"
        else:
            ready = f"{neglected.client} stood in the queue"
        more = f"{agree(len(harmful), 'was', 'were')} {count(len(harmful), 'such sleep')}"
        total = duration(analysis.ledger.totals.harmful_ns)
        return [
            Finding(
                rule=self.name,
                title=sentence(self),
                message=f"The server slept in {_where(first, evidence.scenario)} while {ready}. "
                f"In all there {more}, {total} long.",
                client=next(iter(first.clients), None),
                neglected=neglected.client,
                syscall=first.syscall,
                source_line=first.source_line,
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepsOnlyInReadiness:
    """Sleep only in a call that watches all your clients: select, poll or epoll."""

    name: str = "sleeps-only-in-readiness"

    def check(self, evidence: Evidence) -> list[Finding]:
        sleeps = evidence.analysis.ledger.sleeps if evidence.analysis else ()
        found = [slept for slept in sleeps if self._is_elsewhere(slept)]
        if not found:
            return []
        first = _with_line(found) or found[0]
        return [
            Finding(
                rule=self.name,
                title=sentence(self),
                message=f"The server slept in {_where(first, evidence.scenario)}, for "
                f"{duration(first.lasted_ns)}; in all it did so {count(len(found), 'time')}.",
                client=next(iter(first.clients), None),
                syscall=first.syscall,
                source_line=first.source_line,
            ),
        ]

    def _is_elsewhere(self, slept: Slept) -> bool:
        is_own = slept.wait in (Wait.READ, Wait.WRITE) and not slept.clients
        return (
            slept.wait is not Wait.READINESS and slept.wait not in WAITS_OF_ITS_OWN and not is_own
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverSpins:
    """Fall asleep when nobody has anything to say."""

    name: str = "rests"

    def check(self, evidence: Evidence) -> list[Finding]:
        scenario, analysis = evidence.scenario, evidence.analysis
        if analysis is None:
            return []
        clients = len({event.port for event in scenario.events})
        allowed = VAIN_LOOKS + 2 * (clients + 1)
        for teller in analysis.story.threads.values():
            vain, name = _most_in_vain(teller.watches)
            if vain > allowed:
                return [
                    Finding(
                        rule=self.name,
                        title=sentence(self),
                        message=f"The server looked {count(vain, 'time')} in a row and found "
                        f"nothing, last in {call_name(name)}, without sleeping in between.",
                        syscall=name,
                    ),
                ]
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsWhatIsThere:
    """Read when something is there, not to find out whether something is."""

    allowed: int
    name: str = "refused-reads"

    def check(self, evidence: Evidence) -> list[Finding]:
        totals = evidence.analysis.ledger.totals if evidence.analysis else None
        if totals is None or totals.refused_reads <= self.allowed * totals.messages:
            return []
        return [
            Finding(
                rule=self.name,
                title=sentence(self),
                message=f"{count(totals.refused_reads, 'read')} came back with EAGAIN, for "
                f"{count(totals.messages, 'message')}; allowed: {self.allowed} for each.",
                syscall="recvfrom",
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesAWholeTrace:
    """Make no more system calls than can be written down: how you wait is judged by them."""

    name: str = "within-limits"

    def check(self, evidence: Evidence) -> list[Finding]:
        lost = evidence.scenario.trace_lost_bytes
        if not lost:
            return []
        return [
            Finding(
                rule=self.name,
                title=sentence(self),
                message=f"The server made so many system calls that {count(lost, 'byte')} of their "
                "trace could not be kept. What it did then is not known, so it cannot count.",
            ),
        ]


def demanded(demands: Demands) -> list[Demanded]:
    """Return the rules that an exercise asks for."""
    found: list[Demanded] = []
    if demands.model is not None:
        found.append(UsesModel(asked=demands.model))
    if demands.at_most_threads is not None:
        found.append(
            AtMost(name="at-most-threads", thing="thread", allowed=demands.at_most_threads)
        )
    if demands.at_most_processes is not None:
        found.append(
            AtMost(name="at-most-processes", thing="process", allowed=demands.at_most_processes)
        )
    if demands.waits_for_everyone:
        found.append(NeglectsNobody())
    if demands.sleeps_only_in_readiness:
        found.append(SleepsOnlyInReadiness())
    if demands.rests:
        found.append(NeverSpins())
    if demands.refused_reads is not None:
        found.append(ReadsWhatIsThere(allowed=demands.refused_reads))
    return found


def checks(demands: Demands) -> list[Demanded]:
    """Return the rules that an exercise asks for, and what it takes to judge them."""
    asked = demanded(demands)
    is_traced = any(not isinstance(rule, AtMost) for rule in asked)
    return [*asked, *([LeavesAWholeTrace()] if is_traced else [])]


def _with_line(sleeps: Sequence[Slept]) -> Slept | None:
    """Return the first sleep of which it is known where, else the first."""
    return next((one for one in sleeps if one.source_line), next(iter(sleeps), None))


def _where(slept: Slept, scenario: ScenarioRecord) -> str:
    on_whom = f" on {names(slept.clients)}" if slept.clients else ""
    line = place(slept.source_line, file_name=scenario.file_name)
    return f"{call_name(slept.syscall)}{on_whom}{line}"


def _most_in_vain(watches: list[Watch]) -> tuple[int, str]:
    """Return the longest run of looks that found nothing and did not wait, and its last call."""
    most, name, run = 0, "", 0
    for watch in watches:
        run = run + 1 if watch.is_refused else 0
        if run > most:
            most, name = run, watch.syscall
    return most, name
