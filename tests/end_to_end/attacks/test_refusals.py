"""Each thing that the sandbox needs is taken away: it says so, and the program never runs."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox

# The program's first act is one that the driver sees, whatever becomes of its output.
SCRIPT = """
import errno, socket
from grader.sandbox import delegation, kernel, launch, namespaces, rlimits, seccomp, slots, view

def only(*names):
    os.environ["PATH"] = "FOLDER/" + "-".join(names)

def refuse(number):
    raise OSError(number, os.strerror(number))

def all_but_proc(mount):
    return lambda kind, *a, **k: refuse(1) if kind == "proc" else mount(kind, *a, **k)

class Folder(type(Path())):
    def is_dir(self):
        return True

PROGRAM = "import socket; print('ran'); socket.create_connection(('127.0.0.1', 7777))"
listener, error, output = None, "", ""
SPOIL
try:
    enter(slot=None)
    listener = socket.create_server(("127.0.0.1", 7777))
    SPOIL_START
    box = box_of(PROGRAM, is_traced=IS_TRACED)
    output = output_of(box)
    wait(box.pidfd)
    box.close(output=output.encode())
except SandboxUnavailable as found:
    error = str(found)
# Whoever was started all the same needs a tenth of this to knock.
has_run = listener is not None and wait(listener.fileno(), 500)
show(error=error, has_run=has_run or "ran" in output)
"""
# What is taken away before the driver enters, or right before the start; what must be said then.
BEFORE = {
    "bubblewrap is missing": ("only('strace')", "bwrap is not on PATH"),
    "no control group is delegated": (
        "delegation.find = lambda: None; os.environ.pop('SANDBOX_ALLOW_NO_CGROUP')",
        "No control group is delegated to this user",
    ),
    "the control group cannot be used": (
        "os.environ['SANDBOX_CGROUP'] = '/no/such/group'",
        "SANDBOX_CGROUP is /no/such/group, but there this process cannot make groups",
    ),
    "no mount is allowed": (
        "kernel.mount = lambda *_, **__: refuse(errno.EPERM)",
        "The sandbox could not make its namespaces: Operation not permitted",
    ),
    "no second /proc is allowed": (
        "kernel.mount = all_but_proc(kernel.mount)",
        "The sandbox could not mount its own /proc: Operation not permitted",
    ),
    "no namespace is allowed": (
        "kernel.unshare = lambda flags: refuse(errno.ENOSPC)",
        "The sandbox could not make its namespaces: No space left on device",
    ),
    "the network cannot be set up": (
        "kernel.bring_loopback_up = lambda: refuse(errno.EPERM)",
        "The sandbox could not set up its network and scratch space",
    ),
}
START = {
    "bubblewrap is too old": (
        "view._ISOLATION.append('--no-such-option')",
        "bubblewrap could not start the program; it said: bwrap: Unknown option --no-such-option",
    ),
    "strace is missing": ("only('bwrap')", "strace is not on PATH"),
    "no limit can be set": (
        "rlimits.impose = lambda *_: refuse(errno.EPERM)",
        "A program could not be bounded: [Errno 1] Operation not permitted",
    ),
    "the filter is no program": (
        "seccomp.program = lambda *_: b'x' * 7",
        "bubblewrap could not start the program; it said: bwrap: ",
    ),
    "the filter has no instruction": (
        "seccomp.program = lambda *_: b''",
        "bubblewrap could not start the program; it said: bwrap: ",
    ),
    "the filter has an unknown instruction": (
        "seccomp.program = lambda *_: b'\\xff' * 64",
        "bubblewrap could not start the program; it said: bwrap: ",
    ),
    "the filter does not end": (
        "seccomp.program = lambda *_: seccomp_program[:8]",
        "bubblewrap could not start the program; it said: bwrap: ",
    ),
    "no file system for the box": (
        "kernel.mount = lambda *_, **__: refuse(errno.EPERM)",
        "The sandbox could not give a box its own files: Operation not permitted",
    ),
    "a folder of the box is missing": (
        "view._SYSTEM = (Folder('/usr/bin'), Folder('/no/such/folder'))",
        "bubblewrap could not start the program; it said: bwrap: Can't find source path",
    ),
    "a limit is higher than ours": (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))",
        "The limit nofile is 512 here, but programs are to have 1024.",
    ),
}


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """Make folders for PATH in which one of the programs is missing."""
    found = {name: shutil.which(name) for name in ("bwrap", "strace")}
    with tempfile.TemporaryDirectory(prefix="iomodels-programs-") as folder:
        Path(folder).chmod(0o755)
        for missing in found:
            others = [name for name in found if name != missing]
            Path(folder, "-".join(others)).mkdir()
            for name in others:
                Path(folder, "-".join(others), name).symlink_to(found[name] or "")
        yield Path(folder)


def script(*, before: str = "", at_start: str = "", is_traced: bool = True) -> str:
    return (
        SCRIPT.replace("SPOIL_START", at_start or "pass")
        .replace(
            "SPOIL",
            f"seccomp_program = seccomp.program(Profile.SERVER, seccomp.machine())\n{before}",
        )
        .replace("IS_TRACED", str(is_traced))
    )


# Attack: 55, a machine that lacks something
# Tries: to be run without namespaces, mounts, limits, a group, strace, a filter, or as root.
# Meets: SandboxUnavailable, which says what is missing. Not one byte of the program is executed.
@pytest.mark.parametrize("missing", [*BEFORE, *START])
def test_without_any_part_of_the_sandbox_no_program_runs(
    driver: Driver, programs: Path, missing: str
) -> None:
    before, says_before = BEFORE.get(missing, ("", ""))
    at_start, says_at_start = START.get(missing, ("", ""))
    spoilt = script(before=before, at_start=at_start).replace("FOLDER", str(programs))

    shown = driver.run(spoilt)

    assert shown["has_run"] is False
    assert shown["error"].startswith(says_before or says_at_start)


@pytest.mark.parametrize("is_traced", [False, True], ids=["untraced", "traced"])
def test_with_all_of_it_the_program_runs(driver: Driver, *, is_traced: bool) -> None:
    assert driver.run(script(is_traced=is_traced)) == {"error": "", "has_run": True}


def test_no_program_runs_as_uid_0(driver: Driver) -> None:
    if driver.user != "root":
        pytest.skip("only root could")

    shown = driver.run(script(before="namespaces._become = lambda uid: None"))

    assert shown["has_run"] is False
    assert shown["error"] == "enter() must be called before a program is started."


@pytest.mark.parametrize("kind", ["user", "net", "pid", "mnt", "ipc"])
def test_no_program_runs_where_namespaces_are_switched_off(driver: Driver, kind: str) -> None:
    if driver.user == "root":
        pytest.skip("a nested root cannot become another uid, and is refused for that")
    forbid = f'echo 0 > /proc/sys/user/max_{kind}_namespaces && exec "$@"'
    nested = ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", forbid, "sh"]

    shown = replace(driver, become=[*driver.become, *nested]).run(script())

    assert shown["has_run"] is False
    assert shown["error"].startswith("The sandbox could not make its namespaces: No space left")
