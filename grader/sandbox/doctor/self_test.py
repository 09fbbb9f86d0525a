"""Can this machine isolate programs? Attacks from inside of a box, and what they must meet."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import cgroups, choices, namespaces, rlimits, seccomp, view
from grader.sandbox.box import Box
from grader.sandbox.doctor import machine
from grader.sandbox.doctor.checks import Check, failed, from_json, passed
from grader.sandbox.launch import start
from grader.sandbox.limits import MIB, Excess, Limits, exceeded
from iomodels import syscalls

_PROJECT = Path(__file__).resolve().parents[3]
_PROBE, _HOG = (Path(__file__).with_name(name) for name in ("probe.py", "hog.py"))
_PYTHON = "/usr/bin/python3"
_MOST_S = 60
_LOOK_EVERY_MS = 5
_NO_ONE_COMMAND = "do not let this machine grade: update its kernel and bubblewrap, then test again"
# Memory is to be the limit that ends it, on a machine that is merely slow as well.
_SMALL = Limits(memory_bytes=128 * MIB, processes=8, tmp_bytes=1 * MIB, tmp_inodes=64, cpu_s=30)


def self_test() -> tuple[Check, ...]:
    """Try the sandbox in a process of its own, in a second or two; the caller is not changed.

    No program may be run unless every check is ok. Never raises: what goes wrong is a check.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "grader.sandbox", "--json"],
            cwd=_PROJECT,
            env={"PATH": os.environ.get("PATH", os.defpath), **choices.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_MOST_S,
            check=False,
        )
        return from_json(child.stdout)
    except (OSError, ValueError, TypeError, KeyError, subprocess.TimeoutExpired) as error:
        return (failed("self-test", f"it did not work: {error}", _NO_ONE_COMMAND),)
    finally:
        cgroups.sweep()


def examine() -> Iterator[Check]:
    """Turn a fresh process into a driver and yield the checks, as far as they can be made."""
    found = list(machine.look())
    yield from found
    if not all(check.is_ok for check in found):
        return
    try:
        with _services_of_the_host() as facts:
            probe, hog = _PROBE.read_bytes(), _HOG.read_bytes()
            namespaces.enter(slot=None)
            yield passed("namespaces")
            yield from _attacks(probe, facts, is_traced=False)
            yield from _attacks(probe, facts, is_traced=True)
            yield _hog(hog)
            yield _nobody_is_left()
    except SandboxUnavailable as error:
        problem, _, mend = str(error).partition(" To mend it: ")
        yield failed("isolation", problem, mend or _NO_ONE_COMMAND)


@contextmanager
def _services_of_the_host() -> Iterator[dict[str, object]]:
    """Open what a program might find on a host: a port, and a socket without a file."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        abstract = f"iomodels-self-test-{os.getpid()}"
        unix.bind("\0" + abstract)
        unix.listen()
        yield {"port": tcp.getsockname()[1], "abstract": abstract}


def _attacks(probe: bytes, facts: Mapping[str, object], *, is_traced: bool) -> Iterator[Check]:
    limits = Limits()
    known = {
        **facts,
        "numbers": dict(syscalls.numbers(seccomp.machine())),
        "environment": list(view.ENVIRONMENT),
        "hidden": [str(_PROJECT), sys.prefix if sys.prefix != sys.base_prefix else str(_PROJECT)],
        "limits": {
            f"RLIMIT_{name.upper()}": hard for name, (_, hard) in rlimits.of(limits).items()
        },
    }
    box = start(
        [_PYTHON, "/w/probe.py", "/w/facts.json"],
        files={"probe.py": probe, "facts.json": json.dumps(known).encode()},
        environment={},
        limits=limits,
        is_traced=is_traced,
    )
    output, _ = _follow(box, limits)
    box.close(output=output)
    wrong = _outcomes(output)
    if not is_traced:
        yield from wrong
    elif box.tracer and b" accept" in box.tracer.content:
        yield from (check for check in wrong if not check.is_ok)
        yield passed("the same, traced")
    else:
        yield failed("tracing", "strace saw nothing of the program", _NO_ONE_COMMAND)


def _hog(hog: bytes) -> Check:
    """Check that a program that takes all it can get meets each limit, and is ended by one."""
    name = "limits strike"
    box = start(
        [_PYTHON, "/w/hog.py"], files={"hog.py": hog}, environment={}, limits=_SMALL, is_traced=True
    )
    output, excess = _follow(box, _SMALL)
    box.close(output=output)
    words = output.decode(errors="replace").split()
    if excess is Excess.MEMORY and words == ["EAGAIN", "ENOSPC", "ENOSPC"]:
        return passed(name)
    ended = f"{excess} was too much" if excess else "nothing was too much"
    return failed(name, f"it met {' '.join(words)[-500:]}, and {ended}", _NO_ONE_COMMAND)


def _nobody_is_left() -> Check:
    left = {path.name for path in Path("/proc").iterdir() if path.name.isdigit()} - {"1"}
    if left:
        return failed("nobody is left", f"{len(left)} processes", _NO_ONE_COMMAND)
    return passed("nobody is left")


def _outcomes(output: bytes) -> list[Check]:
    try:
        found: dict[str, str] = json.loads(output)
    except ValueError:
        words = output.decode(errors="replace").strip()[-500:]
        return [failed("attacks", f"the probe did not get through: {words}", _NO_ONE_COMMAND)]
    return [
        failed(name, wrong, _NO_ONE_COMMAND) if wrong else passed(name)
        for name, wrong in found.items()
    ]


def _follow(box: Box, limits: Limits) -> tuple[bytes, Excess | None]:
    """Read what a program says until nobody is left, or until it is over a limit and killed."""
    output, excess = b"", None
    poll = select.poll()
    poll.register(box.pidfd, select.POLLIN)
    poll.register(box.output_fd, select.POLLIN)
    while True:
        if box.tracer:
            box.tracer.drain()
        ready = {descriptor for descriptor, _ in poll.poll(_LOOK_EVERY_MS)}
        if box.output_fd in ready:
            part = os.read(box.output_fd, 65536)
            output += part
            if not part:
                poll.unregister(box.output_fd)
        if excess is None and (excess := exceeded(limits, box.usage())):
            box.kill()
        if box.pidfd in ready and box.output_fd not in ready:
            return output, excess
