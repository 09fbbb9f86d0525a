"""What an attack says of itself: the comment that it begins with, read into a value."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from signal import Signals
from typing import TypeVar

from grader.sandbox import Limits

PROGRAMS = Path(__file__).with_name("programs")
PROGRAM = re.compile(r"\d\d+_\w+\.(py|c)")
COMMENTS = {".py": "#", ".c": "//"}
ENDS = ("memory", "CPU time", "wall time", "output")
NEEDS = ("cgroup", "x86_64")
RULE = re.compile(r"verdict failed \([a-z-]+\)")
REQUIRED = ("Attack", "Tries", "Meets")
KEYS = (*REQUIRED, "Expect", "Source", "Limits", "Needs", "Against", "Asks", "Script")
T = TypeVar("T")
LIMITS = {each.name for each in fields(Limits)}


class HeaderError(ValueError):
    """A header cannot be used: where, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack, as its header describes it."""

    file: str
    number: int
    title: str
    tries: str
    meets: str
    expect: tuple[str, ...] = ()  # Any of these; nothing for a test, which checks that itself.
    source: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    against: str = ""  # A shipped exercise.
    asks: str = ""  # The I/O model that is asked for, with a scenario of its own,
    script: str = ""  # which is this.

    @property
    def is_graded(self) -> bool:
        return bool(self.against or self.script)


def programs() -> list[Attack]:
    """Read the header of every program, in the order of their numbers."""
    files = [path for path in PROGRAMS.iterdir() if PROGRAM.fullmatch(path.name)]
    found = [program(path.name, path.read_text(encoding="utf-8")) for path in files]
    return sorted(found, key=lambda attack: (attack.number, attack.file))


def program(file: str, text: str) -> Attack:
    """Read the header at the beginning of a program. Raise HeaderError."""
    comment = COMMENTS[Path(file).suffix]
    found = next(_blocks(text, comment), None)
    if found is None or not text.startswith(f"{comment} Attack:"):
        raise HeaderError(f"{file}: the first line must be '{comment} Attack: NUMBER, TITLE'.")
    attack = _attack(file, found)
    if not attack.expect:
        raise HeaderError(f"{file}: '{comment} Expect:' is missing.")
    if not file.startswith(f"{attack.number:02}_"):
        raise HeaderError(f"{file}: its header says that this is attack {attack.number}.")
    if {each.startswith("verdict") for each in attack.expect} != {attack.is_graded}:
        raise HeaderError(f"{file}: Against or Script belong to 'verdict ...', and to that alone.")
    return attack


def of_tests(folder: Path) -> list[Attack]:
    """Read the comments of this form in test files: attacks that are no program in a box."""
    return [
        _attack(path.name, block)
        for path in sorted(folder.glob("test_*.py"))
        for block in _blocks(path.read_text(encoding="utf-8"), "#")
    ]


def without_header(file: str, text: str) -> str:
    """Empty the header's lines, which may hold the answers, and keep the others' numbers."""
    key = re.compile(rf"^{COMMENTS[Path(file).suffix]} ({'|'.join(KEYS)}):.*$", re.MULTILINE)
    return key.sub("", text)


def _blocks(text: str, comment: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the keys and values of each run of comments that begins with Attack."""
    line_of = re.compile(rf"{comment} ([A-Z][a-z]+): ?(.*)")
    block: list[tuple[str, str]] = []
    for line in [*text.split("\n"), ""]:
        found = line_of.fullmatch(line)
        if found and (block or found[1] == "Attack"):
            block.append((found[1], found[2]))
        elif block:
            yield block
            block = []


def _attack(file: str, block: list[tuple[str, str]]) -> Attack:
    values = {key: value.strip() for key, value in block if key != "Script"}
    for key, _ in block:
        if key not in KEYS:
            raise HeaderError(f"{file}: '{key}' is not known; there are {', '.join(KEYS)}.")
    for key in REQUIRED:
        if not values.get(key):
            raise HeaderError(f"{file}: '{key}: ...' is missing.")
    number, _, title = values["Attack"].partition(", ")
    if not number.isdecimal() or not title:
        raise HeaderError(f"{file}: write 'Attack: NUMBER, TITLE', not {values['Attack']!r}.")
    return Attack(
        file=file,
        number=int(number),
        title=title,
        tries=values["Tries"],
        meets=values["Meets"],
        expect=tuple(_each(file, values.get("Expect", ""), " or ", _expectation)),
        source=values.get("Source", ""),
        limits=dict(_each(file, values.get("Limits", ""), None, _limit)),
        needs=tuple(_each(file, values.get("Needs", ""), None, _need)),
        against=values.get("Against", ""),
        asks=values.get("Asks", ""),
        script="".join(f"{value}\n" for key, value in block if key == "Script"),
    )


def _each(
    file: str, text: str, separator: str | None, read: Callable[[str], T | None]
) -> Iterator[T]:
    for part in filter(None, text.split(separator)):
        value = read(part.strip())
        if value is None:
            raise HeaderError(f"{file}: {part.strip()!r} cannot be understood in {text!r}.")
        yield value


def _expectation(text: str) -> str | None:
    """Return an alternative in full: of "ended by memory or wall time" the second lacks words."""
    if text in ("contained", "verdict failed", "verdict undecided") or RULE.fullmatch(text):
        return text
    limit, signal = text.removeprefix("ended by "), text.removeprefix("killed by ")
    if limit in ENDS:
        return f"ended by {limit}"
    return f"killed by {signal}" if signal in Signals.__members__ else None


def _limit(text: str) -> tuple[str, int] | None:
    name, _, value = text.partition("=")
    return (name, int(value)) if name in LIMITS and value.isdecimal() else None


def _need(text: str) -> str | None:
    return text if text in NEEDS else None
