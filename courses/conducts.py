"""How a server waited, in plain words, for the result page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iomodels.models import Model
from iomodels.wording import count, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number with its name, and what it says."""

    name: str
    value: str
    meaning: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    title: str
    reasons: tuple[str, ...]
    facts: tuple[Fact, ...]
    is_recognised: bool


def conduct(told: Mapping[str, Any] | None) -> Conduct | None:
    """Put a report's `conduct` into words; None if the run is older than such reports."""
    if not told:
        return None
    is_recognised = told["model"] != Model.UNKNOWN
    title = told["title"] if is_recognised else "It could not be told"
    return Conduct(
        title=title[:1].upper() + title[1:],
        reasons=tuple(told["reasons"]),
        facts=tuple(_facts(told)),
        is_recognised=is_recognised,
    )


def _facts(told: Mapping[str, Any]) -> Iterator[Fact]:
    harmful_ms, refused = told["harmful_ms"], told["refused_reads"]
    calls, messages = told["calls"], told["messages"]
    yield Fact(
        name="Clients kept waiting",
        value=duration(round(harmful_ms * 1e6)) if harmful_ms else "never",
        meaning="while every thread that could have served them slept on somebody else",
        is_bad=bool(harmful_ms),
    )
    if messages:
        yield Fact(
            name="System calls per message",
            value=f"{calls / messages:,.1f}",
            meaning=f"{count(calls, 'call')} to wait, look, read and write, "
            f"for {count(messages, 'message')}",
        )
    yield Fact(
        name="Refused reads",
        value=f"{refused:,}" if refused else "none",
        meaning="a read that finds nothing comes back with EAGAIN",
    )
    threads, processes = told["threads"], told["processes"]
    yield Fact(
        name="Threads",
        value=f"{threads:,}",
        meaning=f"in {count(processes, 'process')}, the most in any scenario",
    )
