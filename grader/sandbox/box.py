"""A running program in its box: looked at, and ended."""

import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import kernel, namespaces, processes, remedies
from grader.sandbox.cgroups import BoxGroup
from grader.sandbox.limits import Space, Usage
from grader.sandbox.status import Status
from grader.sandbox.tracer import Tracer
from grader.sandbox.waiting import is_readable

# A box is gone within milliseconds of SIGKILL; after seconds something of ours is broken.
_PATIENCE_MS = 10_000
_READ_EVERY_MS = 5
_MOST_WORDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a program ended: with a code or by a signal; neither if it was killed before it began.

    bubblewrap reports signal n as code 128 + n, so a program that exits with such a code is taken
    for one that was killed. A program can forge all of this: it is for explaining, not for points.
    """

    code: int | None
    signal: int | None


class Box:
    """A program and all that it has started; everything ends when its first process ends.

    `output_fd` is the non-blocking read end of its stdout and stderr, and `pidfd` is readable once
    nobody is left; `close()` closes both. `init_pid` is the box's pid 1, which is bubblewrap's.
    `tracer` is the strace between this process and bubblewrap, if the program is traced; it must be
    drained while the program runs, and holds the whole trace after `close()`.
    """

    def __init__(
        self,
        bubblewrap: subprocess.Popen[bytes],
        *,
        init_pid: int,
        output_fd: int,
        directory: Path,
        status: Status,
        started_ns: int,
        tracer: Tracer | None = None,
        group: BoxGroup | None = None,
    ) -> None:
        self.init_pid = init_pid
        self._monitor_pid = processes.parent(init_pid)
        try:
            self.pidfd = os.pidfd_open(init_pid)
        except ProcessLookupError:
            # A program that ends at once: bubblewrap has reaped the box's pid 1, and ends itself.
            # It is a child of this process, so its own pid stays valid until it is waited for.
            self.pidfd = os.pidfd_open(bubblewrap.pid)
        self.output_fd = output_fd
        self.tracer = tracer
        self._group = group
        self._bubblewrap = bubblewrap
        self._directory = directory
        self._status = status
        self._started_ns = started_ns
        bubblewraps = Path(remedies.program("bwrap")).stat()
        self._before = (bubblewraps.st_dev, bubblewraps.st_ino)
        self._has_started = False
        self._is_killed = False
        self._exit: Exit | None = None

    def has_started(self) -> bool:
        """Tell whether the program itself runs, or has run: not what bubblewrap does before."""
        if not self._has_started:
            images = (processes.image(pid) for pid in self.processes())
            self._has_started = (
                any(image not in (None, self._before) for image in images)
                or self._status.find("exit-code") is not None
            )
        return self._has_started

    @property
    def strangers(self) -> tuple[int, ...]:
        """The threads in the trace that are no part of the program: both of bubblewrap's."""
        # strace started bubblewrap, which started the box's pid 1, which started the program.
        first = bytes(self.tracer.content[:20]).split(b" ")[0] if self.tracer else b""
        told = int(first) if first.isdigit() else 0
        return (self._monitor_pid or told, self.init_pid)

    def processes(self) -> list[int]:
        """List the pids, as this process knows them, of the program's processes.

        Before `has_started()` this is the process that is about to become the program.
        """
        return processes.below(self.init_pid)

    def usage(self) -> Usage:
        """Add up what the program's processes use and have used.

        Without a control group, the CPU time of children that a process had reaped by the kernel
        (SIGCHLD ignored) is lost, and so is what the kernel's own killing would tell.
        """
        pids = self.processes()
        # Orphans are reaped by the box's pid 1.
        cpu_ns = sum(map(processes.cpu_ns, pids)) + sum(
            map(processes.children_cpu_ns, (self.init_pid, *pids))
        )
        return Usage(
            memory_bytes=sum(map(processes.anonymous_bytes, pids)),
            cpu_ns=max(cpu_ns, self._group.cpu_ns()) if self._group else cpu_ns,
            processes=len(pids),
            wall_ns=time.monotonic_ns() - self._started_ns,
            oom_kills=self._group.oom_kills() if self._group else 0,
        )

    def space(self) -> Space:
        """Return what is left in the program's /tmp, or was left when the box was closed."""
        if self._exit is None:
            found = os.statvfs(self._directory / "tmp")
            self._space = Space(bytes=found.f_bavail * found.f_frsize, files=found.f_favail)
        return self._space

    def tracing_ns(self) -> int:
        """Return the CPU time that strace has used on this program; 0 if it is not traced."""
        return processes.cpu_ns(self._bubblewrap.pid) if self.tracer else 0

    def kill(self) -> None:
        """Kill the box's pid 1, and by that everybody in it; returns before they are gone."""
        self._is_killed = True
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def take(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return a file that the program left in its /tmp; None if it is not there, or too large.

        Only when nobody is left in the box: nothing may be read under the hands of its owner. A
        link, a folder or a device is no file, and what is in it is no more to be trusted than the
        program itself.
        """
        if not self._is_over() or "/" in name:
            raise ValueError(f"{name!r} cannot be taken out of a box that still runs.")
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self._directory / "tmp/tmp" / name, flags)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > most_bytes:
                return None
            # Nobody is left who could make it longer; a read of a file in memory is never short.
            return os.read(descriptor, found.st_size)
        finally:
            os.close(descriptor)

    def close(self, *, output: bytes = b"") -> Exit:
        """Kill who is left, wait until nobody is, remove the files; tell how the program ended.

        Raises SandboxUnavailable if all had ended by itself and the program had never been
        executed: then bubblewrap failed, and says why in the rest of the output, or in `output`,
        which is what the caller has read of it.
        """
        if self._exit is None:
            failed_by_itself = self._is_over() and not self._is_killed and not self.has_started()
            self.kill()
            self._wait_until_nobody_is_left()
            self.space()
            code = self._status.find("exit-code")
            self._exit = _exit(code)
            words = output + read_words(self.output_fd)
            self._tidy()
            if failed_by_itself and code is None:
                raise failure(words)
        return self._exit

    def _is_over(self) -> bool:
        return is_readable(self.pidfd, within_ms=0)

    def _wait_until_nobody_is_left(self) -> None:
        bubblewrap = os.pidfd_open(self._bubblewrap.pid)
        ends_at = time.monotonic() + _PATIENCE_MS / 1000
        for pidfd in (self.pidfd, bubblewrap):
            # strace, which stands in bubblewrap's place then, ends when its last lines are read.
            while not is_readable(pidfd, within_ms=_READ_EVERY_MS if self.tracer else _PATIENCE_MS):
                if time.monotonic() > ends_at:
                    raise SandboxUnavailable("A box would not end.")
                self._drain()
        self._drain()
        os.close(bubblewrap)
        self._bubblewrap.wait()
        # Whoever's parent ended first is left to this process: bubblewrap, which strace reaps, and
        # the box's pid 1, which bubblewrap does.
        if self._monitor_pid not in (None, self._bubblewrap.pid):
            with suppress(ChildProcessError):
                os.waitpid(self._monitor_pid, 0)
        with suppress(ChildProcessError):
            os.waitid(os.P_PIDFD, self.pidfd, os.WEXITED | os.WNOHANG)

    def _drain(self) -> None:
        if self.tracer:
            self.tracer.drain()

    def _tidy(self) -> None:
        if self.tracer:
            self.tracer.close()
        os.close(self.output_fd)
        os.close(self.pidfd)
        self._status.close()
        remove(self._directory)
        if self._group and (group := namespaces.group()):
            group.give_back(self._group)


def remove(directory: Path) -> None:
    """Remove a box's directory; what the program wrote is never looked at, only let go."""
    kernel.unmount(str(directory / "tmp"))
    shutil.rmtree(directory)


def failure(words: bytes) -> SandboxUnavailable:
    """Make the exception that repeats what bubblewrap said."""
    said = words.decode(errors="replace").strip() or "nothing"
    problem = f"bubblewrap could not start the program; it said: {said}"
    return remedies.unavailable(problem, remedies.namespaces())


def read_words(descriptor: int) -> bytes:
    """Read the beginning of what lies in a non-blocking pipe."""
    with suppress(BlockingIOError):
        return os.read(descriptor, _MOST_WORDS)
    return b""


def _exit(code: int | None) -> Exit:
    if code is not None and code - 128 in signal.valid_signals():
        return Exit(code=None, signal=code - 128)
    return Exit(code=code, signal=None)
