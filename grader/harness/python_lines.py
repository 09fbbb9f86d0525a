"""The line at which each thread of a Python program sleeps, read from outside by py-spy.

py-spy's `--nonblocking` reads the interpreter's frames out of the process's memory and never
stops it; that is sound here because the program is asleep and cannot change meanwhile.
"""

import contextlib
import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

import msgspec

from grader.harness.containment import read_to_the_end
from grader.harness.threads import Thread
from iomodels.tracebacks import printable

ENDING_S = 1  # py-spy takes 5 ms in all.
PROGRAM_FOLDER = "/w/"
OF_OTHERS = ("/lib/python3", "/site-packages/", "/dist-packages/")


def is_handed_in(path: str) -> bool:
    """Tell whether a file was handed in: it stands in the sandbox's own folder."""
    return path.startswith(PROGRAM_FOLDER)


def is_nobody_elses(path: str) -> bool:
    """Tell whether a file is neither Python's own nor an installed package's."""
    return not path.startswith("<frozen") and not any(part in path for part in OF_OTHERS)


class Frame(msgspec.Struct):
    """One of a thread's frames, in what py-spy says."""

    filename: str = ""
    line: int = 0


class Dumped(msgspec.Struct):
    """One thread, in what py-spy says."""

    frames: list[Frame] | None = None  # The innermost first.
    os_thread_id: int | None = None


def dumped_in(said: bytes) -> list[Dumped]:
    """Return what py-spy has said; nothing if that is not understood.

    It repeats what it found in the memory of a program that may have put anything there.
    """
    try:
        return msgspec.json.decode(said, type=list[Dumped])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []


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
            for dumped in self._threads(process_id):
                line, file = self._own_line(dumped.frames or [])
                thread_id = wanted.get((process_id, dumped.os_thread_id or 0))
                if line is not None and thread_id is not None:
                    found[thread_id] = line
                    if not is_handed_in(file):
                        self.files[thread_id] = printable(PurePath(file).name)
        return found

    def _threads(self, process_id: int) -> list[Dumped]:
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

    def _dump(self, process_id: int) -> list[Dumped]:
        if self._program is None:
            return []
        # The descriptor's own path, since the slot's user may not reach the folder that it is in.
        command = [f"/proc/self/fd/{self._program}", "dump", "--json", "--nonblocking", "--pid"]
        try:
            with subprocess.Popen(
                [*command, str(process_id)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(self._program,),
                env={"PATH": "/usr/bin:/bin"},
            ) as process:
                assert process.stdout is not None
                said = read_to_the_end(process.stdout.fileno())
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0 if said is None else ENDING_S)
                process.kill()  # It hangs, or found too much; then the finding goes without a line.
        except OSError:
            return []
        return dumped_in(said) if said and process.returncode == 0 else []

    def _own_line(self, frames: Iterable[Frame]) -> tuple[int | None, str]:
        """Return the innermost line of the program's own files, and which file that is."""
        for frame in frames:
            if self._is_own(frame.filename):
                return (frame.line if frame.line > 0 else None), frame.filename
        return None, ""
