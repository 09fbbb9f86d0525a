"""The line of the program's own file at which each thread sleeps: what the stage asks for."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from grader.harness.threads import Thread


class SourceLines(Protocol):
    @property
    def files(self) -> Mapping[int, str]:
        """Thread id -> name of the file, for a program that is more than the file handed in."""
        ...

    def of(self, threads: Iterable[Thread]) -> dict[int, int]:
        """Return thread id -> line for those that can be read; none is better than a guess."""
        ...
