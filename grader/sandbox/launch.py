"""A program on its way into its box."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import choices, kernel, namespaces, remedies, rlimits, seccomp, view
from grader.sandbox.box import Box, failure, read_words, remove
from grader.sandbox.cgroups import BoxGroup
from grader.sandbox.limits import Limits
from grader.sandbox.policy import Profile
from grader.sandbox.status import Status
from grader.sandbox.tracer import Tracer

# bubblewrap makes the box's pid 1 within a few milliseconds.
_PATIENCE_MS = 10_000


def start(
    command: Sequence[str],
    *,
    files: Mapping[str, bytes],
    environment: Mapping[str, str],
    limits: Limits,
    profile: Profile = Profile.SERVER,
    is_traced: bool = False,
) -> Box:
    """Start a command in a new box, with `files` in its read-only /w and nothing else of ours.

    The command is a program of the system, or one of the files, such as `/w/server`.
    It runs in a /tmp of its own, as uid 1000, with an empty stdin, stdout and stderr in one pipe,
    and `environment` on top of `view.ENVIRONMENT`. Returns when the box's pid 1 exists; the command
    itself is executed a few milliseconds later. Only after `enter()`. Traced, the box has a
    `tracer`, which must be read while the program runs.

    Raises SandboxUnavailable with bubblewrap's words, and ValueError for impossible names.
    """
    view.check(files, environment)
    namespaces.check_entered()
    _check_allowed(profile)
    own = command[0].removeprefix(view.FILES)
    if own not in files:
        _check_installed(command[0])
    bounds = rlimits.of(limits)
    directory = _furnish(files, limits, executable=own)
    tracer = Tracer(directory, most_bytes=limits.trace_bytes) if is_traced else None
    remedies.program("bwrap")  # Now: whatever raises later, the program may run already.
    started_ns = time.monotonic_ns()
    group = made.take(limits) if (made := namespaces.group()) else None
    pipes = _Pipes()
    bubblewrap = _run(
        view.options(directory, etc=namespaces.ETC, environment=environment),
        command,
        filter_=seccomp.program(profile, seccomp.machine()),
        pipes=pipes,
        tracer=tracer,
    )
    status = Status(pipes.status)
    init_pid = status.wait_for("child-pid", at_most_ms=_PATIENCE_MS)
    try:
        if init_pid is None:
            raise _never_began(bubblewrap, directory, tracer, output_fd=pipes.output)
        _bound(init_pid, bounds, group)
    finally:
        os.close(pipes.let_go)  # Not before: from here on the program runs.
    return Box(
        bubblewrap,
        init_pid=init_pid,
        output_fd=pipes.output,
        directory=directory,
        status=status,
        started_ns=started_ns,
        tracer=tracer,
        group=group,
    )


class _Pipes:
    """What connects a box with its owner: the owner's ends, and bubblewrap's."""

    def __init__(self) -> None:
        self.output, self.output_end = os.pipe()
        os.set_blocking(self.output, False)
        self.status, self.status_end = os.pipe()
        # bubblewrap waits for the end of this one before it starts the program.
        self.held, self.let_go = os.pipe()


def _bound(init_pid: int, bounds: Mapping[str, tuple[int, int]], group: BoxGroup | None) -> None:
    """Bound the box's pid 1, which waits for that before it starts the program.

    Whoever cannot be bounded is killed before it is let go.
    """
    try:
        rlimits.impose(init_pid, bounds)
        # Among 64 processes that spin, pid 1 would wait a quarter of a second for its turn to die,
        # and only then would they die with it.
        kernel.shorten_slice(init_pid)
        if group:
            group.add(init_pid)
    except ProcessLookupError:
        return  # bubblewrap has failed meanwhile, which `close` will tell.
    except OSError as error:
        os.kill(init_pid, signal.SIGKILL)
        raise SandboxUnavailable(f"A program could not be bounded: {error}") from error


def _never_began(
    bubblewrap: subprocess.Popen[bytes],
    directory: Path,
    tracer: Tracer | None,
    *,
    output_fd: int,
) -> SandboxUnavailable:
    bubblewrap.kill()
    bubblewrap.wait()
    if tracer:
        tracer.close()
    remove(directory)
    return failure(read_words(output_fd))


def _check_allowed(profile: Profile) -> None:
    if profile is Profile.RING_SERVER and not choices.is_thrown_away():
        raise remedies.unavailable(
            "Programs with io_uring reach what the filter of system calls cannot see, and this "
            "machine is not one that is thrown away after use.",
            f"set {choices.THROW_AWAY}=1 for workers on such a machine, and only there",
        )


def _check_installed(name: str) -> None:
    if shutil.which(name, path=view.PATH) is None:
        raise remedies.unavailable(f"{name} is not in {view.PATH}.", remedies.missing(name))


def _furnish(files: Mapping[str, bytes], limits: Limits, *, executable: str) -> Path:
    """Make the box's directory. Nothing is written into it once the program runs."""
    number = 0
    while (directory := namespaces.BOXES / str(number)).exists():
        number += 1
    for name in ("w", "tmp"):
        (directory / name).mkdir(mode=0o755, parents=True)
    try:
        kernel.mount(
            "tmpfs",
            str(directory / "tmp"),
            flags=kernel.MS_NOSUID | kernel.MS_NODEV,
            options=f"size={limits.tmp_bytes},nr_inodes={limits.tmp_inodes},mode=755",
        )
    except OSError as error:
        problem = f"The sandbox could not give a box its own files: {error.strerror}."
        raise remedies.unavailable(problem, remedies.namespaces()) from error
    for name in ("tmp", "shm"):
        (directory / "tmp" / name).mkdir(mode=0o755)
    for name, content in files.items():
        path = directory / "w" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if name == executable:
            path.chmod(0o755)
    return directory


def _run(
    options: bytes,
    arguments: Sequence[str],
    *,
    filter_: bytes,
    pipes: _Pipes,
    tracer: Tracer | None,
) -> subprocess.Popen[bytes]:
    """Start bubblewrap, traced or not, and close its ends of the pipes."""
    filter_file = _file_of(filter_)
    passed = {"--seccomp": filter_file, "--json-status-fd": pipes.status_end}
    passed |= {"--block-fd": pipes.held}
    more = [part for option, number in passed.items() for part in (option, str(number))]
    options_file = _file_of(options + view.joined(more))
    command = [remedies.program("bwrap"), "--args", str(options_file), "--", *arguments]
    try:
        return subprocess.Popen(
            tracer.command(command) if tracer else command,
            stdin=subprocess.DEVNULL,
            stdout=pipes.output_end,
            stderr=pipes.output_end,
            pass_fds=(options_file, *passed.values()),
            # --clearenv does not hide bubblewrap's own environment: it stands in the box's
            # /proc/1/environ.
            env={"PATH": view.PATH},
            cwd="/",
            start_new_session=True,
        )
    finally:
        for descriptor in (options_file, *passed.values(), pipes.output_end):
            os.close(descriptor)


def _file_of(content: bytes) -> int:
    """Put bytes into an anonymous file, to be read from its beginning."""
    descriptor = os.memfd_create("options")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
