"""What a submission is on its way to a running program: its language, and how it is started."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

PYTHON = "/usr/bin/python3"  # The system's own: the program must not see the project's packages.


class Language(StrEnum):
    """In what a server is written; the file's name says it everywhere."""

    PYTHON = "python"
    C = "c"

    @classmethod
    def of(cls, file_name: str) -> "Language | None":
        """Return the language that a file's name says; None if it is none of these."""
        suffix = PurePath(file_name).suffix.lower()
        return next((language for language in cls if language.suffix == suffix), None)

    @property
    def suffix(self) -> str:
        return {Language.PYTHON: ".py", Language.C: ".c"}[self]

    @property
    def label(self) -> str:
        return {Language.PYTHON: "Python", Language.C: "C"}[self]

    def file(self, stem: str) -> str:
        """Return the name of a file in this language, such as `server.c`."""
        return stem + self.suffix

    @property
    def file_name(self) -> str:
        """The name that a submission has, whatever its author called it."""
        return self.file("server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What lies in a box's /w, and what is started there."""

    file_name: str  # As its author knows it.
    command: tuple[str, ...]
    files: dict[str, bytes]


def interpreted(file_name: str, source: bytes) -> Program:
    """Return a Python program."""
    return Program(
        file_name=file_name, command=(PYTHON, f"/w/{file_name}"), files={file_name: source}
    )


def compiled(file_name: str, binary: bytes) -> Program:
    """Return a program that a compiler made of `file_name`."""
    return Program(file_name=file_name, command=("/w/server",), files={"server": binary})
