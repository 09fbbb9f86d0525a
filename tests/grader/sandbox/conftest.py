"""Drivers as children of the tests: `enter()` changes the process that calls it for good."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

import pytest

from grader.exceptions import SandboxUnavailable
from grader.sandbox import cgroups, choices, delegation
from grader.sandbox.delegation import Place

PROJECT = Path(__file__).parents[3]
# A user, and a group with another number.
ORDINARY, ITS_GROUP = "20001", "20002"
OF_TESTS = "iomodels-of-tests-"  # How groups begin that a test makes as an operator would.
NOTHING: Mapping[str, str] = MappingProxyType({})
# Root may always make groups; an ordinary user only where a test delegates one.
UNBOUNDED: Mapping[str, str] = MappingProxyType({"SANDBOX_ALLOW_NO_CGROUP": "1"})
# What every driver's script begins with. `show` is its answer to the test.
PRELUDE = '''
import json, os, select, sys, textwrap
from pathlib import Path
from grader.sandbox import *
from grader.exceptions import SandboxUnavailable

def show(**facts):
    print(json.dumps(facts), flush=True)

def wait(descriptor, milliseconds=20_000):
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(milliseconds))

def box_of(program, *arguments, limits=Limits(), is_traced=False, **environment):
    """Start a Python program, and return once it runs."""
    command = ["/usr/bin/python3", "/w/program.py", *arguments]
    files = {"program.py": textwrap.dedent(program).encode()}
    options = {"environment": environment, "limits": limits, "is_traced": is_traced}
    box = start(command, files=files, **options)
    while not box.has_started() and not wait(box.pidfd, 1):
        pass
    return box

def output_of(box):
    found = b""
    while wait(box.output_fd) and (part := os.read(box.output_fd, 65536)):
        found += part
    return found.decode()

def first_line_of(box):
    found = b""
    while b"\\n" not in found and wait(box.output_fd):
        found += os.read(box.output_fd, 1)
    return found.decode()
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Runs scripts as drivers, as one kind of user."""

    user: str  # "root" or "ordinary".
    become: list[str] = field(default_factory=list)  # The command that changes the user.
    python: str
    project: Path
    # Where it begins, and what its environment says about that.
    group: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def command_of(self, script: str) -> list[str]:
        return [*self.beginning, self.python, "-c", PRELUDE + dedent(script)]

    @property
    def beginning(self) -> list[str]:
        """The command that becomes another one, as this user and in the group."""
        if self.group is None:
            return self.become
        procs = str(self.group / "cgroup.procs")
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', procs, *self.become]

    def popen(
        self,
        script: str,
        *,
        environment: Mapping[str, str] = NOTHING,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command_of(script),
            cwd=self.project,
            env={"PATH": os.environ["PATH"], **UNBOUNDED, **self.environment, **environment},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def holding(self, script: str, *, environment: Mapping[str, str] = NOTHING) -> Iterator[Any]:
        """Run a script that waits for the end of its input; give what it showed first."""
        with self.popen(script, stdin=subprocess.PIPE, environment=environment) as process:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
            process.communicate(timeout=60)

    def run(self, script: str, *, environment: Mapping[str, str] = NOTHING) -> Any:
        """Run a script to its end; return what it showed."""
        with self.popen(script, environment=environment) as process:
            try:
                shown, errors = process.communicate(timeout=60)
            finally:
                process.kill()
        assert process.returncode == 0, errors
        return json.loads(shown)


@pytest.fixture(scope="session")
def make_project() -> Iterator[Callable[[int], Path]]:
    """Copy what the sandbox is made of into a new folder with the given mode."""
    made: list[Path] = []

    def make(mode: int) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="iomodels-project-"))
        made.append(folder)
        files = ("__init__.py", "exceptions.py", "procfs.py")
        for name in (*(f"grader/{file}" for file in files), "iomodels/syscalls.py"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / "grader/sandbox", folder / "grader/sandbox", ignore=ignored)
        folder.chmod(mode)
        return folder

    yield make
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture(scope="session", params=["root", "ordinary"])
def driver(request: pytest.FixtureRequest, make_project: Callable[[int], Path]) -> Driver:
    """Drive as root, with the project out of everybody else's reach, and as an ordinary user."""
    is_root = os.geteuid() == 0
    if request.param == "root":
        if not is_root:
            pytest.skip("only root can")
        return Driver(user="root", python=sys.executable, project=make_project(0o700))
    if not is_root:
        return Driver(user="ordinary", python=sys.executable, project=PROJECT)
    become = ["setpriv", "--reuid", ORDINARY, "--regid", ITS_GROUP, "--clear-groups"]
    project = make_project(0o755)
    return Driver(user="ordinary", become=become, python="/usr/bin/python3", project=project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """A group that was given to the user of a driver, and a driver that begins where it may use it.

    In version 2 an ordinary user may not move itself into a group from elsewhere.
    """

    driver: Driver
    place: Place

    def groups(self) -> list[str]:
        """Return the names of the gradings' groups."""
        return sorted(
            {
                path.name
                for directory in self.place.directories.values()
                for path in delegation.directories_in(directory)
                if path.name != delegation.WORKERS
            }
        )


@pytest.fixture
def delegated(driver: Driver) -> Iterator[Delegated]:
    with delegation_to(driver) as given:
        if given is None:
            pytest.skip("no control group can be given here")
        yield given


@contextmanager
def delegation_to(driver: Driver) -> Iterator[Delegated | None]:
    """Make a group at the root of every tree and give it to the driver's user, as an operator.

    None if that cannot be had.
    """
    root = _root() if os.geteuid() == 0 else None
    if root is None:
        yield None
        return
    name = f"{OF_TESTS}{os.getpid()}-{driver.user}"
    place = root.below(name)
    place.make()
    driver = replace(driver, environment={choices.CGROUP: f"/{name}"})
    if driver.user == "ordinary":
        place.give_to(int(ORDINARY))
        driver = replace(driver, group=_entrance(place))
    given = Delegated(driver=driver, place=place)
    try:
        yield given
    finally:
        cgroups.sweep(place)  # The task of whoever starts a driver.
        left = given.groups()
        place.remove()
    assert left == []


def _root() -> Place | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(choices.CGROUP, "/")
        try:
            return delegation.find()
        except SandboxUnavailable:
            return None


def _entrance(place: Place) -> Path | None:
    if place.version == 1:
        return None
    workers = place.below(delegation.WORKERS)
    workers.make()
    workers.give_to(int(ORDINARY))
    return workers.directories["memory"]
