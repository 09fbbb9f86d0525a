"""What this machine has of what the sandbox needs: kernel, programs, and a control group."""

import os
import platform
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import choices, delegation, remedies, seccomp
from grader.sandbox.doctor.checks import Check, failed, passed, warned

# Linux 5.14 counts processes for each user namespace (RLIMIT_NPROC), which bounds a fork bomb.
_OLDEST_KERNEL = (5, 14)
_OLDEST_BUBBLEWRAP = (0, 8)  # The first with --disable-userns.
_OLDEST_STRACE = (5, 9)  # The first with --decode-pids.
_SYSTEM = "/usr/bin:/bin"
_HOLES = (
    "no control group is used, as {variable}=1 allows: programs can fill this machine's memory "
    "with shared mappings and sockets' buffers, and children that nobody waits for use CPU time "
    "up to the limit on real time"
)


def look() -> Iterator[Check]:
    """Yield a check for each thing, without running anybody's program."""
    yield _kernel()
    yield _user()
    yield _version("bwrap", _OLDEST_BUBBLEWRAP)
    yield _privileges_of_bubblewrap()
    yield _version("strace", _OLDEST_STRACE)
    yield _program("python3")
    yield _compiler()
    yield _control_group()
    yield _rings()


def _kernel() -> Check:
    release, machine = platform.release(), seccomp.machine()
    name = "kernel"
    if _numbers(release) < _OLDEST_KERNEL:
        wanted = ".".join(map(str, _OLDEST_KERNEL))
        return failed(name, f"Linux {release}; needed is {wanted}", "update the kernel")
    if machine not in seccomp.MACHINES:
        known = " and ".join(seccomp.MACHINES)
        return failed(name, f"a machine of type {machine}", f"use one of type {known}")
    return passed(name, f"Linux {release}, {machine}")


def _user() -> Check:
    if os.geteuid() == 0:
        return passed("user", "root: each grading becomes an unprivileged uid of its own")
    return passed("user", f"uid {os.geteuid()}, without privileges")


def _version(name: str, oldest: tuple[int, int]) -> Check:
    path = shutil.which(name)
    if path is None:
        return failed(name, "not on PATH", remedies.install(name))
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    first = next(iter(told.splitlines()), "")
    if _numbers(first) < oldest:
        wanted = ".".join(map(str, oldest))
        what = f"{path} is {first or 'of an unknown version'}; needed is {wanted}"
        return failed(name, what, remedies.install(name))
    return passed(name, first)


def _privileges_of_bubblewrap() -> Check:
    """Refuse a set-user-id bit: such a bubblewrap has had holes of its own (CVE-2026-41163)."""
    name, path = "bwrap without privileges", shutil.which("bwrap")
    if path and Path(path).stat().st_mode & (stat.S_ISUID | stat.S_ISGID):
        return failed(name, f"{path} has a set-user-id bit", f"chmod ug-s {path}")
    return passed(name)


def _program(name: str) -> Check:
    path = shutil.which(name, path=_SYSTEM)
    if path is None:
        return failed(name, "not in /usr/bin", remedies.install(name))
    return passed(name, path)


def _compiler() -> Check:
    if shutil.which("gcc", path=_SYSTEM):
        return passed("gcc")
    return warned("gcc", "not in /usr/bin: no server in C can be graded", remedies.install("gcc"))


def _control_group() -> Check:
    name = "control group"
    try:
        place = delegation.find()
    except SandboxUnavailable as error:
        return failed(name, str(error), remedies.cgroups())
    if place:
        return passed(name, f"version {place.version}, {place.directories['memory']}")
    if choices.allows_no_cgroup():
        holes = _HOLES.format(variable=choices.ALLOW_NO_CGROUP)
        return warned(name, holes, remedies.cgroups())
    return failed(name, "none is delegated to this user", remedies.cgroups())


def _rings() -> Check:
    if not choices.is_thrown_away():
        return passed("io_uring", "refused to all programs")
    return warned(
        "io_uring",
        f"{choices.THROW_AWAY}=1: exercises may allow it, and then programs make sockets of every "
        "family, unseen by filter and trace",
        "throw this machine away after use, and keep nothing on it",
    )


def _numbers(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
