"""The line at which each thread of a C program sleeps: the innermost call in its own file."""

from collections.abc import Iterable
from itertools import groupby

from grader.harness import line_tables
from grader.harness.images import Images
from grader.harness.line_tables import LineTable
from grader.harness.stacks import Stacks
from grader.harness.threads import Thread

OWN_PATH = "/w/server"


class CompiledLines:
    """Reads the program's own table once, when it is first asked for a line."""

    def __init__(self, binary: bytes, *, file_name: str) -> None:
        self._binary, self._file_name = binary, file_name
        self._images = Images()
        self.files: dict[int, str] = {}
        self._table: LineTable | None = None

    def of(self, threads: Iterable[Thread]) -> dict[int, int]:
        """Return thread id -> line, for those threads whose stack can be walked for certain."""
        found: dict[int, int] = {}
        for process_id, group in groupby(threads, key=lambda thread: thread.process_id):
            try:
                stacks = Stacks(process_id, self._images)
                for thread in group:
                    if line := self._line(stacks, thread):
                        found[thread.thread_id] = line
            except OSError:  # It has ended meanwhile.
                continue
        return found

    def _line(self, stacks: Stacks, thread: Thread) -> int | None:
        if self._table is None:
            self._table = line_tables.read(self._binary, file_name=self._file_name)
        for place in stacks.places(thread):
            if place.path == OWN_PATH:
                return self._table.line_at(place.offset)
        return None
