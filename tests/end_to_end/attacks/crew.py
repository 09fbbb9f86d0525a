"""Those who run the attacks for the tests, one after another: a box's owner and a grader."""

import base64
import functools
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from signal import Signals
from typing import Any

from grader.sandbox import Limits, choices
from iomodels import syscalls
from tests.end_to_end.attacks.header import PROGRAMS, Attack, without_header
from tests.grader.sandbox.conftest import Driver

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PORT = "9000"
# An attack that says nothing of its limits ends by itself, within a second.
LIMITS = {"wall_ns": 20 * 10**9}
GRADERS = 2
PATIENCE_MS = 90_000
# Of the tests' own settings, what a driver needs to know about this machine.
PASSED_ON = ("SANDBOX_CGROUP", "SANDBOX_ALLOW_NO_CGROUP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of an attack, in the words of `Expect`."""

    what: frozenset[str]
    words: str  # The program's own, or the findings.
    left: Mapping[str, int] = field(default_factory=dict)
    killing_ns: int = 0  # From the look that found it over a limit until nobody was left.
    closing_ns: int = 0  # And until its files were gone.
    took_ns: int = 0
    most_processes: int = 0


class Crew:
    """Runs attacks as one user; each of its children is started when it is first needed.

    What is graded can be graded ahead, two at a time, while the boxes are watched one by one.
    """

    def __init__(self, driver: Driver, facts: Mapping[str, Any], *, hole: str = "") -> None:
        """Prepare both. `hole` is code that spoils the sandbox, to see that it would be noticed."""
        self.user = driver.user
        # The secret itself stays outside: its beginning is enough to recognise it.
        told = {name: value for name, value in facts.items() if name != "secret"}
        self._facts = {**told, **_facts()}
        script = f"{hole}\n{(HERE / 'owner.py').read_text('utf-8')}"
        self.has_group = choices.CGROUP in driver.environment
        owner = [*driver.beginning, driver.python, "-c", script]
        environment = {"CANARY": facts["secret"], **driver.environment}
        self._owner = Servant(owner, cwd=driver.project, environment=environment)
        grader = [*driver.beginning, sys.executable, str(HERE / "grading.py")]
        environment = {"PYTHONPATH": str(ROOT), **driver.environment}
        self._graders: Queue[Servant] = Queue()
        for _ in range(GRADERS):
            self._graders.put(Servant(grader, cwd=ROOT, environment=environment))
        self._pool = ThreadPoolExecutor(GRADERS)
        self._ahead: dict[tuple[str, bool], Future[Seen]] = {}
        self._become = driver.become

    @functools.cached_property
    def can_grade(self) -> bool:
        """Whether this user can read the project at all."""
        tried = [*self._become, sys.executable, "-c", "import grader.harness.examination"]
        return subprocess.run(tried, cwd=ROOT, check=False, capture_output=True).returncode == 0

    def run(self, attack: Attack, *, is_traced: bool) -> Seen:
        if not attack.is_graded:
            return self._box(attack, is_traced=is_traced)
        if (attack.file, is_traced) not in self._ahead:
            self.grade_ahead(attack, is_traced=is_traced)
        return self._ahead.pop((attack.file, is_traced)).result()

    def grade_ahead(self, attack: Attack, *, is_traced: bool) -> None:
        """Begin with what `run` will be asked for."""
        graded = self._pool.submit(self._grade, attack, is_traced=is_traced)
        self._ahead[attack.file, is_traced] = graded

    def close(self) -> None:
        self._owner.close()
        self._pool.shutdown(cancel_futures=True)
        while not self._graders.empty():
            self._graders.get().close()

    def _grade(self, attack: Attack, *, is_traced: bool) -> Seen:
        source = (PROGRAMS / attack.file).read_text("utf-8")
        grader = self._graders.get()
        try:
            answer = grader.ask(
                file_name=f"server{Path(attack.file).suffix}",
                source=without_header(attack.file, source),
                against=attack.against,
                asks=attack.asks,
                script=attack.script,
                limits=attack.limits,
                is_traced=is_traced,
            )
        finally:
            self._graders.put(grader)
        verdict = f"verdict {answer['outcome']}"
        what = {verdict, *(f"{verdict} ({rule})" for rule in answer["rules"])}
        words = [*answer.get("messages", []), answer.get("conduct", "")]
        return Seen(what=frozenset(what), words="\n".join(words))

    def _box(self, attack: Attack, *, is_traced: bool) -> Seen:
        limits = {**LIMITS, **attack.limits}
        facts = json.dumps(self._facts)
        files = {name: content.encode() for name, content in _shared().items()}
        files |= {"facts.json": facts.encode(), **_program(attack.file)}
        is_python = attack.file.endswith(".py")
        command = ["/usr/bin/python3", f"/w/{attack.file}"] if is_python else ["/w/program"]
        answer = self._owner.ask(
            command=[*command, PORT],
            files={name: base64.b64encode(content).decode() for name, content in files.items()},
            limits=limits,
            is_traced=is_traced,
        )
        return Seen(
            what=frozenset({_end(answer)}),
            words=answer["output"][-2000:],
            left=answer["left"],
            killing_ns=answer["killing_ns"],
            closing_ns=answer["closing_ns"],
            took_ns=answer["took_ns"],
            most_processes=answer["most_processes"],
        )


class Servant:
    """A child that answers a line with a line."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]
    ) -> None:
        self._command, self._cwd = command, cwd
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, **request: object) -> dict[str, Any]:
        """Return the answer. Raise AssertionError if there is none; the next child is a new one."""
        if self._process is None:
            self._process = self._start()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        line = self._process.stdout.readline() if poll.poll(PATIENCE_MS) else b""
        if not line:
            raise AssertionError(f"No answer. {self.close()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> str:
        """End the child, if there is one, and wait for it; return the end of what it said."""
        if self._process is None:
            return ""
        self._process.kill()
        with self._process, self._errors:
            self._process = None
            self._errors.seek(0)
            return self._errors.read()[-4000:].decode(errors="replace")

    def _start(self) -> subprocess.Popen[bytes]:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        return subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )


def _end(answer: Mapping[str, Any]) -> str:
    """Put what became of a boxed program into the words of `Expect`."""
    lines = answer["output"].splitlines()
    escapes = [line for line in lines if line.startswith("ESCAPED")]
    if escapes:
        return str(escapes[0])
    if not answer["is_gone"]:
        return f"over {answer['excess']} and killed, it would not end"
    if answer["excess"]:
        return f"ended by {answer['excess']}"
    if answer["signal"] is not None:
        return f"killed by {Signals(answer['signal']).name}"
    if answer["code"] == 0 and lines[-1:] == ["contained"]:
        return "contained"
    return f"exited with {answer['code']}"


def _facts() -> dict[str, Any]:
    return {
        "numbers": dict(syscalls.numbers(os.uname().machine)),
        "limits": {name: getattr(Limits(), name) for name in Limits.__slots__},
    }


@functools.cache
def _shared() -> dict[str, str]:
    return {"attack.py": (PROGRAMS / "attack.py").read_text("utf-8")}


@functools.cache
def _program(file: str) -> dict[str, bytes]:
    if file.endswith(".py"):
        return {file: (PROGRAMS / file).read_bytes()}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "program")
        options = ["-std=gnu17", "-O1", "-Wall", "-pthread", "-o", str(made)]
        subprocess.run(["gcc", *options, str(PROGRAMS / file)], check=True)
        return {"program": made.read_bytes()}
