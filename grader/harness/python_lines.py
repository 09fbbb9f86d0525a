"""The line at which each thread of a Python program sleeps, read from outside by py-spy.

py-spy's `--nonblocking` reads the interpreter's frames out of the process's memory and never
stops it; that is sound here because the program is asleep and cannot change meanwhile.
"""

import contextlib
import json
import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from grader.harness.threads import Thread

LONGEST_S = 5  # py-spy takes 5 ms; if it hangs, the finding goes without a line.
PROGRAM_FOLDER = "/w/"
OF_OTHERS = ("/lib/python3", "/site-packages/", "/dist-packages/")


def is_handed_in(path: str) -> bool:
    """Tell whether a file was handed in: it stands in the sandbox's own folder."""
    return path.startswith(PROGRAM_FOLDER)


def is_nobody_elses(path: str) -> bool:
    """Tell whether a file is neither Python's own nor an installed package's."""
    return not path.startswith("<frozen") and not any(part in path for part in OF_OTHERS)


class PythonLines:
    """Finds py-spy once, while its folder can still be read: the driver gives up that right."""

    def __init__(self, *, is_own: Callable[[str], bool] = is_handed_in) -> None:
        """`is_own` tells by its path whether a file belongs to the program."""
        self._is_own = is_own
        self.files: dict[int, str] = {}
        self._without_python: set[Path] = set()  # Executables in which none was found.
        path = Path(sysconfig.get_path("scripts"), "py-spy")
        self._program: int | None = None
        with contextlib.suppress(OSError):
            self._program = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def of(self, threads: Iterable[Thread]) -> dict[int, int]:
        """Return thread id -> line, for those threads of Python programs that can be read."""
        wanted = {(thread.process_id, thread.inner_id): thread.thread_id for thread in threads}
        found: dict[int, int] = {}
        for process_id in {process_id for process_id, _ in wanted}:
            for dumped in self._frames(process_id):
                line, file = self._own_line(dumped.get("frames") or [])
                thread_id = wanted.get((process_id, dumped.get("os_thread_id") or 0))
                if line is not None and thread_id is not None:
                    found[thread_id] = line
                    if not is_handed_in(file):
                        self.files[thread_id] = PurePath(file).name
        return found

    def _frames(self, process_id: int) -> list[Mapping[str, Any]]:
        """Return what py-spy says of a process; a pool of C processes is asked once, not each."""
        try:
            executable = Path(f"/proc/{process_id}/exe").readlink()
        except OSError:  # It has ended.
            return []
        if executable in self._without_python:
            return []
        found = self._dump(process_id)
        # Python itself may be asked again: it may only have been on its way up, or down.
        if not found and "python" not in executable.name:
            self._without_python.add(executable)
        return found

    def _dump(self, process_id: int) -> list[Mapping[str, Any]]:
        if self._program is None:
            return []
        # The descriptor's own path, since the slot's user may not reach the folder that it is in.
        command = [f"/proc/self/fd/{self._program}", "dump", "--json", "--nonblocking", "--pid"]
        try:
            done = subprocess.run(
                [*command, str(process_id)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(self._program,),
                env={"PATH": "/usr/bin:/bin"},
                timeout=LONGEST_S,
                check=False,
            )
            threads = json.loads(done.stdout) if done.returncode == 0 else []
        except (OSError, subprocess.TimeoutExpired, ValueError):
            return []
        return threads if isinstance(threads, list) else []

    def _own_line(self, frames: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
        """Return the innermost line of the program's own files, and which file that is."""
        for frame in frames:
            file = str(frame.get("filename", ""))
            if self._is_own(file):
                return int(frame.get("line", 0)) or None, file
        return None, ""
