"""A trusted command of one's own machine: traced and looked at like a boxed one, but in no box."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import processes
from grader.sandbox.box import Exit
from grader.sandbox.limits import Space, Usage
from grader.sandbox.tracer import Tracer
from grader.sandbox.waiting import is_readable

_PATIENCE_S = 10
_READ_EVERY_MS = 5


class Bare:
    """A running command and all that it has started, seen as `Box` shows a boxed program.

    `pidfd` is readable when nobody is left. Only after `enter_network()`, whose pid namespace has
    nobody else in it: so who has become a daemon still counts.
    """

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        """Start the command under strace. Raise SandboxUnavailable if there is no strace."""
        if shutil.which(command[0]) is None:
            raise SandboxUnavailable(f"There is no program {command[0]} on PATH.")
        self._directory = Path(tempfile.mkdtemp(prefix="iomodels-"))
        self.tracer = Tracer(self._directory)
        self._started_ns = time.monotonic_ns()
        self.output_fd, output = os.pipe()
        os.set_blocking(self.output_fd, False)
        try:
            self._strace = subprocess.Popen(
                self._command(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(environment),
                start_new_session=True,
            )
        finally:
            os.close(output)
        self.pidfd = os.pidfd_open(self._strace.pid)
        self._exit: Exit | None = None

    def _command(self, command: Sequence[str]) -> list[str]:
        return self.tracer.command(command)

    @property
    def strangers(self) -> tuple[int, ...]:
        """The threads in the trace that are no part of the program."""
        return ()

    def has_started(self) -> bool:
        """Tell whether the program itself runs, or has run."""
        strace = processes.image(self._strace.pid)
        images = {processes.image(pid) for pid in self.processes()}
        return bool(images - {None, strace}) or self._strace.poll() is not None

    def processes(self) -> list[int]:
        """List the pids of all that the command has started, and of itself."""
        ours = {os.getpid(), self._strace.pid}
        # pathlib would take ten times as long, and this is asked for at every look.
        names = os.listdir("/proc")  # noqa: PTH208
        return sorted({int(name) for name in names if name.isdigit()} - ours)

    def usage(self) -> Usage:
        """Add up what the program's processes use."""
        pids = self.processes()
        return Usage(
            memory_bytes=sum(map(processes.anonymous_bytes, pids)),
            cpu_ns=sum(map(processes.cpu_ns, pids)),
            processes=len(pids),
            wall_ns=time.monotonic_ns() - self._started_ns,
        )

    def space(self) -> Space:
        """Return a space without end: the command writes where it likes."""
        return Space(bytes=sys.maxsize, files=sys.maxsize)

    def tracing_ns(self) -> int:
        """Return the CPU time that strace has used on this program."""
        return processes.cpu_ns(self._strace.pid)

    def close(self, *, output: bytes = b"") -> Exit:
        """Kill who is left, wait until nobody is; tell how the program ended."""
        del output
        if self._exit is None:
            self._end()
            ends_at = time.monotonic() + _PATIENCE_S
            while not is_readable(self.pidfd, within_ms=_READ_EVERY_MS):
                self.tracer.drain()
                if time.monotonic() > ends_at:
                    raise SandboxUnavailable("strace would not end.")
            self.tracer.drain()
            code = self._strace.wait()
            self._exit = Exit(code=code if code >= 0 else None, signal=-code if code < 0 else None)
            self.tracer.close()
            os.close(self.output_fd)
            os.close(self.pidfd)
            shutil.rmtree(self._directory, ignore_errors=True)
        return self._exit

    def _end(self) -> None:
        # strace itself is left to see them end, and to write its last lines.
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Attached(Bare):
    """A process that runs already, and all that it starts from now on; it is left as it was."""

    def __init__(self, process_id: int) -> None:
        """Attach strace to all its threads and to all that it has started.

        Raise SandboxUnavailable if there is no strace.
        """
        self._process_id = process_id
        self._used_before_ns = sum(map(processes.cpu_ns, self._living()))
        super().__init__(["strace"], environment=os.environ)

    def _command(self, command: Sequence[str]) -> list[str]:
        del command
        return self.tracer.attach(self.processes())

    def usage(self) -> Usage:
        """Add up what the program's processes use; of the CPU's time, what they used meanwhile."""
        usage = super().usage()
        return replace(usage, cpu_ns=max(0, usage.cpu_ns - self._used_before_ns))

    def has_started(self) -> bool:
        return True

    def processes(self) -> list[int]:
        return list(self._living())

    def _living(self) -> Iterator[int]:
        if processes.image(self._process_id) is not None:
            yield self._process_id
        yield from processes.below(self._process_id)

    def _end(self) -> None:
        self._strace.send_signal(signal.SIGTERM)  # It lets go of all and ends, strace(1).
