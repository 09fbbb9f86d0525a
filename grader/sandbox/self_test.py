"""Can this machine isolate programs? Attacks from inside of a box, and what they must meet."""

import json
import os
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import remedies, seccomp, view
from grader.sandbox.launch import start
from grader.sandbox.limits import Limits
from grader.sandbox.namespaces import enter
from iomodels import syscalls

_PROJECT = Path(__file__).resolve().parents[2]
_PROBE = Path(__file__).with_name("probe.py")
_MOST_S = 60
_OLDEST_BUBBLEWRAP = (0, 8)  # The first with --disable-userns.
_NO_ONE_COMMAND = "do not let this machine grade: update its kernel and bubblewrap, then test again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold before a program may be run here."""

    name: str
    is_ok: bool
    detail: str  # What was found; empty if that is just what it should be.
    mend: str  # The command that mends it; empty if nothing is wrong.


def self_test() -> tuple[Check, ...]:
    """Try the sandbox in a process of its own, in less than a second; the caller is not changed.

    No program may be run unless every check is ok. Never raises: what goes wrong is a check.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "grader.sandbox", "--json"],
            cwd=_PROJECT,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_MOST_S,
            check=False,
        )
        return tuple(Check(**check) for check in json.loads(child.stdout))
    except (OSError, ValueError, TypeError, subprocess.TimeoutExpired) as error:
        return (_failed("the self-test", f"It did not work: {error}", _NO_ONE_COMMAND),)


def examine() -> Iterator[Check]:
    """Turn a fresh process into a driver and yield the checks, as far as they can be made."""
    try:
        yield _bubblewrap()
        remedies.program("prlimit")
        with _services_of_the_host() as facts:
            probe = _PROBE.read_bytes()
            enter(slot=None)
            yield _passed("namespaces")
            yield from _attacks(probe, facts)
    except SandboxUnavailable as error:
        problem, _, mend = str(error).partition(" To mend it: ")
        yield _failed("isolation", problem, mend or _NO_ONE_COMMAND)


def as_json(checks: tuple[Check, ...]) -> str:
    return json.dumps([asdict(check) for check in checks])


def _bubblewrap() -> Check:
    path = remedies.program("bwrap")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or tuple(map(int, found.groups())) < _OLDEST_BUBBLEWRAP:
        wanted = ".".join(map(str, _OLDEST_BUBBLEWRAP))
        problem = f"{path} is {said.strip() or 'of an unknown version'}; needed is {wanted}."
        return _failed("bubblewrap", problem, remedies.install("bwrap"))
    return _passed("bubblewrap")


@contextmanager
def _services_of_the_host() -> Iterator[dict[str, object]]:
    """Open what a program might find on a host: a port, and a socket without a file."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        abstract = f"iomodels-self-test-{os.getpid()}"
        unix.bind("\0" + abstract)
        unix.listen()
        yield {"port": tcp.getsockname()[1], "abstract": abstract}


def _attacks(probe: bytes, facts: Mapping[str, object]) -> Iterator[Check]:
    limits = Limits()
    known = {
        **facts,
        "numbers": dict(syscalls.numbers(seccomp.machine())),
        "environment": list(view.ENVIRONMENT),
        "hidden": [str(_PROJECT), sys.prefix if sys.prefix != sys.base_prefix else str(_PROJECT)],
        "limits": {
            "RLIMIT_NPROC": limits.processes,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_FSIZE": limits.file_bytes,
            "RLIMIT_AS": limits.address_space_bytes,
            "RLIMIT_CORE": 1,
        },
    }
    box = start(
        ["/usr/bin/python3", "/w/probe.py", "/w/facts.json"],
        files={"probe.py": probe, "facts.json": json.dumps(known).encode()},
        environment={},
        limits=limits,
    )
    output = _read_to_the_end(box.output_fd)
    box.close(output=output)
    yield from _outcomes(output)


def _outcomes(output: bytes) -> Iterator[Check]:
    try:
        found: dict[str, str] = json.loads(output)
    except ValueError:
        words = output.decode(errors="replace").strip()[-500:]
        yield _failed("attacks", f"The probe did not get through: {words}", _NO_ONE_COMMAND)
        return
    for name, wrong in found.items():
        yield _failed(name, wrong, _NO_ONE_COMMAND) if wrong else _passed(name)


def _read_to_the_end(descriptor: int) -> bytes:
    found = b""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while poll.poll(_MOST_S * 1000 // 2):
        part = os.read(descriptor, 65536)
        if not part:
            break
        found += part
    return found


def _passed(name: str) -> Check:
    return Check(name=name, is_ok=True, detail="", mend="")


def _failed(name: str, detail: str, mend: str) -> Check:
    return Check(name=name, is_ok=False, detail=detail, mend=mend)
