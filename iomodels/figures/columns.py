"""What stands in a model's column of the comparison: five answers to the same two phases."""

from dataclasses import dataclass

from iomodels.figures.kinds import Kind, kind_of, reading_call, refusals, waiting_call
from iomodels.figures.times import duration
from iomodels.phases import Phases
from iomodels.wording import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What the thread does in one band; the first line is the answer, the others explain it."""

    look: str  # "asleep", "run", "free", "copy", "kernel"; "" for words alone.
    lines: tuple[str, ...]
    lasted: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One model: its calls, and what the thread does while it waits, is woken, and copies."""

    calls: str
    begins: str
    wait: Block
    wake_up: Block
    copy: Block
    ends: str
    waits_for: str


def column(phases: Phases) -> Column:
    """Return the column of a measured message."""
    match kind_of(phases):
        case Kind.BLOCKING:
            return _blocking(phases)
        case Kind.NON_BLOCKING:
            return _non_blocking(phases)
        case Kind.MULTIPLEXING:
            return _multiplexing(phases)
        case Kind.SIGNAL_DRIVEN:
            return _signal_driven(phases)
        case Kind.ASYNCHRONOUS:
            return _asynchronous(phases)


def _blocking(phases: Phases) -> Column:
    read = reading_call(phases)
    return Column(
        calls=read,
        begins=f"calls {read}",
        wait=_asleep(read, phases),
        wake_up=Block(look="asleep", lines=("still in that call",)),
        copy=_copy(phases),
        ends=_returns(phases),
        waits_for="this client only",
    )


def _non_blocking(phases: Phases) -> Column:
    read = reading_call(phases)
    tries = refusals(phases)
    return Column(
        calls=f"{read}, {count(tries + 1, 'time')}",
        begins=f"calls {read}",
        wait=Block(
            look="run",
            lines=("checks", f"{count(tries, 'time')}, each", "EAGAIN"),
            lasted=duration(phases.wait_ns),
        ),
        wake_up=Block(look="run", lines=("next try", f"after {duration(phases.wake_up_ns)}")),
        copy=_copy(phases),
        ends=_returns(phases),
        waits_for="any, one by one",
    )


def _multiplexing(phases: Phases) -> Column:
    waiting, read = waiting_call(phases), reading_call(phases)
    return Column(
        calls=f"{waiting}, {read}",
        begins=f"calls {waiting}",
        wait=Block(
            look="asleep", lines=("asleep", f"in {waiting}"), lasted=duration(phases.wait_ns)
        ),
        wake_up=Block(
            look="",
            lines=(f"after {duration(phases.wake_up_ns)}", "told: readable", f"calls {read}"),
        ),
        copy=_copy(phases),
        ends=_returns(phases),
        waits_for="all at once",
    )


def _signal_driven(phases: Phases) -> Column:
    read = reading_call(phases)
    return Column(
        calls=f"SIGIO, {read}",
        begins="asked for SIGIO",
        wait=_free("until SIGIO", phases),
        wake_up=Block(
            look="",
            lines=(f"after {duration(phases.wake_up_ns)}", "told: SIGIO", f"calls {read}"),
        ),
        copy=_copy(phases),
        ends=_returns(phases),
        waits_for="all, by signals",
    )


def _asynchronous(phases: Phases) -> Column:
    call = reading_call(phases)
    copied = duration(phases.copy_ns) if phases.copy_ns else ""
    return Column(
        calls=call,
        begins="submits the read",
        wait=_free("until all is done", phases),
        wake_up=Block(look="free", lines=("still free",)),
        copy=Block(look="kernel", lines=("still free", "kernel copies"), lasted=copied),
        ends=f"told after {duration(phases.wake_up_ns)}" if phases.wake_up_ns else "told: done",
        waits_for="all, by reads",
    )


def _asleep(call: str, phases: Phases) -> Block:
    return Block(look="asleep", lines=("asleep", f"in {call}"), lasted=duration(phases.wait_ns))


def _free(until: str, phases: Phases) -> Block:
    """Return that the thread may do what it likes, and what this one did."""
    has_slept = any(call.is_asleep for call in phases.calls)
    return Block(
        look="free",
        lines=("free", until),
        lasted=duration(phases.wait_ns),
        remark="(this one slept)" if has_slept else "",
    )


def _copy(phases: Phases) -> Block:
    lines = ("copies", f"in {reading_call(phases)}")
    return Block(look="copy", lines=lines, lasted=duration(phases.copy_ns))


def _returns(phases: Phases) -> str:
    return f"returns {count(phases.size, 'byte')}"
