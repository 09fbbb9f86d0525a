"""Recorded scenarios of the zoo's servers: what was seen once, in text, to be judged again.

NAME.trace is what strace wrote, NAME.json the rest of the record. NAME is a server and a scenario.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec

from grader.harness import language
from grader.harness.exercise import Scenario
from grader.harness.observation import BY_DEFAULT, DATAGRAMS
from iomodels.record import ScenarioRecord
from iomodels.trace.sifting import pack, unpack
from tests.zoo.keeper import Server, examined, exercise, servers

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parents[1]
OBSERVATION = "observation"
# Of a server that never sleeps this is enough, and each look of its stands in the trace.
BRIEF = "connect A\n"
SCRIPTS = {"brief": BRIEF, OBSERVATION: BY_DEFAULT}
NAMES = (
    # Right, one of each model, and wrong ones, at least one for each rule about a whole scenario.
    "epoll-level.c observation",
    "io-uring.c later",
    "mixed-by-turns.py observation",
    "non-blocking-napping.c observation",
    "poll-one.py observation",
    "process-per-client.c observation",
    "process-pool.c observation",
    "select-one.c burst",
    "select-one.c observation",
    "select-one.c unread",
    "sequential.py observation",
    "signal-driven-queued.c observation",
    "thread-per-client.c observation",
    "thread-pool-queue.c observation",
    "udp-select.py observation",
    "asyncio-time-sleep.py half-line",
    "poll-last-first.c burst",
    "poll-loses-the-rest.c unread",
    "poll-where-select-is-asked.py half-line",
    "processes-where-one-is-asked.c half-line",
    "select-sleeps-in-handler.py crowd",
    "select-spins.py brief",
    "select-tries-everybody.py crowd",
    "sequential.py silent",
    "threads-one-lock.c later",
    "threads-where-one-is-asked.py half-line",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One server in one scenario."""

    server: Server
    scenario: str

    @property
    def name(self) -> str:
        return f"{self.server.name} {self.scenario}"

    @property
    def is_of_the_claim(self) -> bool:
        """Whether the server claims to be caught in this scenario."""
        return self.server.wrong is not None and self.scenario != OBSERVATION

    def load(self) -> ScenarioRecord:
        """Return the record. Raise FileNotFoundError if it has never been made."""
        rest = json.loads(self._path("json").read_text(encoding="utf-8"))
        trace = self._path("trace").read_text(encoding="ascii")
        return msgspec.convert({**rest, "trace": pack(trace)}, ScenarioRecord)

    def save(self, record: ScenarioRecord) -> None:
        rest = {key: value for key, value in asdict(record).items() if key != "trace"}
        text = json.dumps(rest, indent=1, ensure_ascii=False)
        self._path("json").write_text(text + "\n", encoding="utf-8")
        self._path("trace").write_text(unpack(record.trace), encoding="ascii")

    def play(self) -> ScenarioRecord:
        """Run the server in the scenario and return what was seen."""
        if not self.server.is_sandboxed:
            return _observed(self.server, self._scenario())
        asked = exercise(self.server.transport)
        played = examined(replace(asked, scenarios=(self._scenario(),)), self.server.path)
        return played.record.scenarios[0]

    def _scenario(self) -> Scenario:
        transport = self.server.transport
        for scenario in exercise(transport).scenarios:
            if scenario.name == self.scenario:
                return scenario
        script = DATAGRAMS if transport == "udp" else SCRIPTS[self.scenario]
        steps = language.parse(script, transport=transport)
        return Scenario(name=self.scenario, points=1, script=script, steps=steps)

    def _path(self, kind: str) -> Path:
        return FOLDER / f"{self.name.replace(' ', '.')}.{kind}"


def recordings() -> Iterator[Recording]:
    """Yield all that are kept."""
    zoo = {server.name: server for server in servers()}
    for name in NAMES:
        server, scenario = name.split()
        yield Recording(server=zoo[server], scenario=scenario)


def recording(name: str) -> Recording:
    """Return one by its name. Raise KeyError if there is none."""
    return {one.name: one for one in recordings()}[name]


def _observed(server: Server, scenario: Scenario) -> ScenarioRecord:
    """Observe a server that makes calls which the sandbox refuses, such as io_uring's."""
    with tempfile.TemporaryDirectory(prefix="traces-") as folder:
        program, script, found = (Path(folder) / name for name in ("server", "script", "record"))
        Path(folder).chmod(0o755)
        script.write_text(scenario.script, encoding="utf-8")
        subprocess.run(["gcc", "-g", "-O1", "-pthread", "-o", program, server.path], check=True)
        options = ["--port", "8000", "--scenario", str(script), "--record", str(found)]
        subprocess.run(
            [sys.executable, "-m", "grader", "observe", *options, "--", str(program), "8000"],
            check=True,
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        )
        record = msgspec.json.decode(found.read_bytes(), type=ScenarioRecord)
    return replace(record, name=scenario.name, file_name="server.c")
