"""What a scenario's sentences say, as values."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Bytes written out in the script."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Seeded bytes, in lines of equal length or in one line; the size counts each newline."""

    size: int
    line_length: int


class Special(StrEnum):
    """What a client may receive besides a given text."""

    ANYTHING = "anything"
    NOTHING = "nothing"
    END = "end"
    ECHO = "what it sent"


class Verb(StrEnum):
    """What a client does to its connection."""

    STOP_READING = "stops reading"
    READ_AGAIN = "reads again"
    SHUT_DOWN = "shuts down"
    CLOSE = "closes"
    RESET = "resets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    clients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    clients: tuple[str, ...]
    payload: Text | Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    clients: tuple[str, ...]
    what: Text | Special


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    clients: tuple[str, ...]
    verb: Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """The server must fall asleep, since nobody has anything to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    times: int
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a script: what it says, and where it stands."""

    line: int  # In the script, from 1.
    text: str
    says: Connect | Send | Receive | Act | Rest | Exit | Repeat


def unroll(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield the steps in the order in which they are played."""
    for step in steps:
        if isinstance(step.says, Repeat):
            for _ in range(step.says.times):
                yield from unroll(step.says.steps)
        else:
            yield step


def lines(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield each line that is played, once, in the order of the script."""
    for step in steps:
        if isinstance(step.says, Repeat):
            yield from lines(step.says.steps)
        else:
            yield step
