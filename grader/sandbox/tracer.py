"""strace between the driver and the program: it writes each call that matters into a pipe.

Theory of operation. The driver makes a fifo in a directory of its own, opens its reading end, and
starts strace with the fifo's path; strace starts bubblewrap, so that it is the ancestor of all that
runs in the box and needs no privilege. No descriptor of the fifo is inherited by the program, which
does not see that directory either. strace stands in the network namespace of the program, or it
could not tell which connection a descriptor is (`-yy`). If nobody reads, strace waits with the
program stopped, and a stopped program is not asleep. If strace is killed, bubblewrap and the box
die with it; if the box ends, strace writes the last lines, ends, and the fifo has an end.
"""

import fcntl
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.sandbox import remedies
from grader.sandbox.limits import TRACE_BYTES

# What carries, awaits or looks for bytes and clients, makes descriptors, threads and processes, or
# sleeps. Memory and files are no matter of ours, and untraced calls cost nothing (--seccomp-bpf).
CALLS = (
    "socket,socketpair,bind,listen,accept,accept4,connect,shutdown,setsockopt,dup,dup2,dup3,"
    "fcntl,ioctl,read,write,readv,writev,preadv2,pwritev2,recvfrom,sendto,recvmsg,sendmsg,"
    "recvmmsg,sendmmsg,sendfile,splice,poll,ppoll,select,pselect6,epoll_create,epoll_create1,"
    "epoll_ctl,epoll_wait,epoll_pwait,epoll_pwait2,clone,clone3,fork,vfork,exit,exit_group,"
    "wait4,waitid,futex,nanosleep,clock_nanosleep,pause,rt_sigsuspend,rt_sigtimedwait,"
    "restart_syscall,signalfd4,io_uring_setup,io_uring_enter,io_setup,io_submit,io_getevents"
)
# Those that announce a descriptor, in place of all others that a program may get.
# Being stopped and going on is told too: the kernel calls both a tracing stop.
_STOPPING_SIGNALS = ("SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT")
# Of a thread that a signal ends strace says so only if that signal is among these.
_ENDING_SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGABRT", "SIGSEGV", "SIGBUS", "SIGPIPE")
SIGNALS = ",".join(
    (*_STOPPING_SIGNALS, *_ENDING_SIGNALS, "SIGIO", "SIGURG", *(f"SIGRT_{n}" for n in range(1, 31)))
)
# The calls that the older machines have and the newer do not are no error: `?` says so.
OPTIONS = (
    "--follow-forks",
    "--seccomp-bpf",
    "--quiet=attach,personality,path-resolution",
    "--absolute-timestamps=format:unix,precision:ns",
    "--syscall-times=ns",
    "--decode-fds=all",
    "--decode-pids=pidns",
    "--string-limit=16",
    f"--signal={SIGNALS}",
    "--trace=" + ",".join(f"?{name}" for name in CALLS.split(",")),
)
STOPPING = re.compile(rb"^([0-9]{1,10}) +[0-9.]+ --- (stopped by|SIGCONT) ", re.MULTILINE)
PIPE_BYTES = 1 << 20  # The most that an ordinary user may ask for, pipe(7).


class Tracer:
    """One strace: the command that it begins with, and what it has written.

    `content` holds the trace from its beginning, `lost_bytes` how much more came than is kept,
    `stopped` the threads that a signal has stopped, `has_ring` whether one has set up an io_uring;
    `descriptor` is readable when `drain()` has something to do.
    """

    def __init__(self, directory: Path, *, most_bytes: int = TRACE_BYTES) -> None:
        """Make the fifo in `directory`. Raise SandboxUnavailable if there is no strace."""
        self._program = remedies.program("strace")
        self._path = directory / "trace"
        os.mkfifo(self._path, mode=0o600)
        self._most_bytes = most_bytes
        self.content = bytearray()
        self.stopped: set[int] = set()
        self.has_ring = False
        self.lost_bytes = 0
        self.descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with suppress(OSError):  # Others of this user may have used up what there is; then 64 KiB.
            fcntl.fcntl(self.descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def command(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs another one and traces it."""
        return [self._program, *OPTIONS, f"--output={self._path}", "--", *command]

    def attach(self, process_ids: Sequence[int]) -> list[str]:
        """Return the command that traces running processes, and all that they make from now on."""
        # --seccomp-bpf cannot be had by a process that runs already, strace(1).
        options = [option for option in OPTIONS if option != "--seccomp-bpf"]
        attached = [f"--attach={process_id}" for process_id in process_ids]
        return [self._program, *options, f"--output={self._path}", *attached]

    def drain(self) -> None:
        """Take what has been written since."""
        with suppress(BlockingIOError):
            while piece := os.read(self.descriptor, PIPE_BYTES):
                kept = piece[: max(0, self._most_bytes - len(self.content))]
                self._look_at(piece)
                self.content += kept
                self.lost_bytes += len(piece) - len(kept)

    def _look_at(self, piece: bytes) -> None:
        # A line that two pieces share is not seen; strace writes whole lines into an empty pipe.
        self.has_ring = self.has_ring or b" io_uring_setup(" in piece
        for thread_id, what in STOPPING.findall(piece):
            if what.startswith(b"stopped"):
                self.stopped.add(int(thread_id))
            else:
                self.stopped.discard(int(thread_id))

    def close(self) -> None:
        os.close(self.descriptor)
