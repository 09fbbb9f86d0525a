"""One message as an exchange between a thread and the kernel: the steps, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise

from iomodels.figures.kinds import Kind, is_refused, kind_of
from iomodels.phases import PhaseCall, Phases
from iomodels.wording import call_name, count

MOST_LIKE_CALLS = 4  # Of calls that came back alike in a row; of more, the first two and the last.
MOST_CALLS = 12
WAITING_CALLS = ("select", "poll", "epoll_wait", "epoll_pwait2")


class Act(Enum):
    """What happens at a step."""

    ASK = "ask"  # The thread makes a system call.
    ANSWER = "answer"  # The call comes back.
    REFUSE = "refuse"  # It comes back with EAGAIN.
    TELL = "tell"  # The kernel comes by itself: a signal.
    ARRIVE = "arrive"  # Bytes are in the kernel.
    SKIP = "skip"  # Calls that are not drawn.


class State(Enum):
    """What the thread does between two steps."""

    RUNNING = "run"
    ASLEEP = "asleep"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens between the thread and the kernel."""

    act: Act
    at_ns: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What the thread does from one step to the next."""

    state: State
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Steps, what the thread does after each but the last, and when the copy was made."""

    steps: tuple[Step, ...]
    doing: tuple[Doing, ...]
    copy_from_ns: int
    copy_until_ns: int


def exchange(phases: Phases) -> Exchange:
    """Return the message's steps; long rows of like calls are shortened."""
    kind = kind_of(phases)
    arrival = f"{count(phases.size, 'byte')} arrive"
    steps = [Step(act=Act.ARRIVE, at_ns=phases.arrived_ns, text=arrival)]
    for calls in _shortened(phases.calls):
        steps += _call(calls[0], phases, kind=kind) if len(calls) == 1 else [_skipped(calls)]
    if kind is Kind.SIGNAL_DRIVEN:  # It is not among the calls: it comes with the bytes.
        steps.append(Step(act=Act.TELL, at_ns=phases.arrived_ns, text="SIGIO: data is ready"))
    # At one and the same moment the bytes come first, then the word of them, then answers.
    rank = {Act.ARRIVE: 0, Act.TELL: 1}
    steps.sort(key=lambda step: (step.at_ns, rank.get(step.act, 2)))
    last = phases.calls[-1] if phases.calls else None
    until = last.ended_ns if last else phases.arrived_ns
    began = max(phases.arrived_ns, last.started_ns) if last else phases.arrived_ns
    return Exchange(
        steps=tuple(steps),
        doing=tuple(
            _between(before.at_ns, after.at_ns, phases, kind=kind)
            for before, after in pairwise(steps)
        ),
        copy_from_ns=min(began, until),
        copy_until_ns=until,
    )


def _shortened(calls: Sequence[PhaseCall]) -> list[list[PhaseCall]]:
    """Return each call that is drawn alone, and those that are not drawn together."""
    found: list[list[PhaseCall]] = []
    for _, group in groupby(calls, key=lambda call: (call.syscall, call.result, call.is_asleep)):
        like = list(group)
        if len(like) > MOST_LIKE_CALLS:
            found += [[like[0]], [like[1]], like[2:-1], [like[-1]]]
        else:
            found += [[call] for call in like]
    if len(found) <= MOST_CALLS:
        return found
    half = MOST_CALLS // 2
    middle = [call for group in found[half:-half] for call in group]
    return [*found[:half], middle, *found[-half:]]


def _skipped(calls: Sequence[PhaseCall]) -> Step:
    middle = (calls[0].started_ns + calls[-1].ended_ns) // 2
    like = ", each refused" if all(map(is_refused, calls)) else ""
    return Step(act=Act.SKIP, at_ns=middle, text=f"… {len(calls):,} more calls{like} …")


def _call(call: PhaseCall, phases: Phases, *, kind: Kind) -> list[Step]:
    name = call_name(call.syscall)
    is_last = call is phases.calls[-1]
    is_submission = kind is Kind.ASYNCHRONOUS and not is_last
    asks = f"{name}: submits the read" if is_submission else name
    steps = [Step(act=Act.ASK, at_ns=call.started_ns, text=asks)]
    if call.result:
        act = Act.REFUSE if is_refused(call) else Act.ANSWER
        text = _answer(call, phases, kind=kind, is_last=is_last)
        steps.append(Step(act=act, at_ns=max(call.ended_ns, call.started_ns), text=text))
    return steps


def _answer(call: PhaseCall, phases: Phases, *, kind: Kind, is_last: bool) -> str:
    if is_refused(call):
        return f"{call.result}: no data yet"
    if call.result.startswith(("ERESTART", "EINTR")):
        return "interrupted"
    if kind is Kind.ASYNCHRONOUS:
        return f"done: {count(phases.size, 'byte')} copied" if is_last else "submitted"
    if is_last:
        return f"returns {count(phases.size, 'byte')}"
    if call_name(call.syscall) in WAITING_CALLS:
        return "times out" if call.result == "0" else "returns: readable"
    return f"returns {call.result}"


def _between(started_ns: int, ended_ns: int, phases: Phases, *, kind: Kind) -> Doing:
    middle = (started_ns + ended_ns) / 2
    calls = phases.calls
    call = next((call for call in calls if call.started_ns <= middle <= call.ended_ns), None)
    is_before = ended_ns <= phases.arrived_ns
    if call and call.is_asleep and (is_before or call is not calls[-1]):
        return Doing(state=State.ASLEEP, text=f"asleep in {call_name(call.syscall)}")
    if call and call.is_asleep:
        return Doing(state=State.ASLEEP, text="still in the call")
    if kind is Kind.NON_BLOCKING and _is_asking(middle, calls):
        return Doing(state=State.RUNNING, text="asks again and again")
    if is_before and kind in (Kind.SIGNAL_DRIVEN, Kind.ASYNCHRONOUS) and not call:
        return Doing(state=State.FREE, text="free for other work")
    if call and call is calls[-1]:
        return Doing(state=State.RUNNING, text="in the call: takes the bytes")
    return Doing(state=State.RUNNING, text="runs")


def _is_asking(moment_ns: float, calls: Sequence[PhaseCall]) -> bool:
    refused = [call for call in calls if is_refused(call)]
    return bool(refused) and refused[0].started_ns <= moment_ns <= calls[-1].started_ns
