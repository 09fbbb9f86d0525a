"""The zoo: servers in tests/servers whose first lines say what they are and what catches them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from grader.harness.examination import Examination, examine
from grader.harness.exercise import Exercise, parse, read_folder
from iomodels.demands import Demands
from iomodels.report import Finding

FOLDER = Path(__file__).parents[1] / "servers"
KEY = re.compile(r"(?:#|//) (?P<key>[A-Z][a-z]+): (?P<value>.+)")
PORT = 9000  # Each server has a network of its own.
# What an exercise asks for so that a rule applies; the others always do.
ASKED = {
    "at-most-threads": Demands(at_most_threads=1),
    "at-most-processes": Demands(at_most_processes=1),
    "refused-reads": Demands(refused_reads=1),
    "sleeps-only-in-readiness": Demands(sleeps_only_in_readiness=True),
    "waits-for-everyone": Demands(waits_for_everyone=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server and what its first lines claim."""

    path: Path
    model: str
    asked: str | None
    wrong: str | None  # The rule that must catch it.
    syscall: str | None
    client: str | None
    line: int | None
    scenario: str | None
    only: tuple[str, ...]
    transport: str
    is_sandboxed: bool

    @property
    def name(self) -> str:
        return self.path.name

    def demands(self) -> Demands:
        """Return what an exercise has to ask for."""
        if self.wrong == "model":
            return Demands(model=self.asked)
        if self.wrong:
            return ASKED.get(self.wrong, Demands())
        # One that asks again and again neglects everybody between two rounds, and never rests.
        is_polling = self.model == "non-blocking"
        return Demands(waits_for_everyone=not is_polling, rests=not is_polling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came out."""

    model: str
    findings: tuple[tuple[str, Finding], ...]  # Each with its scenario.
    refused_lines: int

    def caught(self, server: Server) -> list[Finding]:
        """Return the findings by the rule, and in the scenario, that the server claims."""
        return [
            finding
            for scenario, finding in self.findings
            if finding.rule == server.wrong and scenario == (server.scenario or scenario)
        ]


def servers() -> Iterator[Server]:
    """Yield every server of the zoo."""
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in (".py", ".c") and path.stem != "starter":
            yield _read(path)


def visit(server: Server, folder: Path) -> Visit:
    """Observe a server, and have it graded in the scenarios that matter; `folder` is for files."""
    observed = observe(server, folder)
    if not server.is_sandboxed:
        return Visit(model=observed["model"], findings=(), refused_lines=0)
    asked = exercise(server.transport)
    wanted = tuple(
        scenario
        for scenario in asked.scenarios
        if scenario.name in (server.only or (server.scenario or scenario.name,))
    )
    graded = replace(asked, demands=server.demands(), scenarios=wanted)
    played = examined(graded, server.path).report.scenarios
    return Visit(
        model=observed["model"],
        findings=tuple((one.name, finding) for one in played for finding in one.findings),
        refused_lines=len(observed["trace"]["refused"])
        + sum(one.conduct.refused_lines for one in played if one.conduct),
    )


def observe(server: Server, folder: Path) -> dict[str, Any]:
    """Return what the command line says of a server of one's own."""
    found = folder / f"{server.name}.json"
    options = ["--port", str(PORT), "--json", str(found)]
    if server.transport == "udp":
        options.append("--udp")
    subprocess.run(
        [sys.executable, "-m", "grader", "observe", *options, "--", *_command(server, folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    result: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return result


def _command(server: Server, folder: Path) -> list[str]:
    if server.path.suffix == ".py":
        return ["/usr/bin/python3", str(server.path), str(PORT)]
    program = folder / server.path.stem
    if not program.exists():
        flags = ["-std=gnu17", "-O1", "-g", "-pthread"]
        subprocess.run(["gcc", *flags, "-o", str(program), str(server.path)], check=True)
    return [str(program), str(PORT)]


def examined(asked: Exercise, path: Path) -> Examination:
    """Examine a server of the zoo."""
    return examine(asked, path.read_bytes(), file_name=f"server{path.suffix}", seed=1)


@cache
def exercise(transport: str) -> Exercise:
    """Return the scenarios that the zoo's servers are put through."""
    return parse(read_folder(FOLDER / "udp" if transport == "udp" else FOLDER))


def _read(path: Path) -> Server:
    claims: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        found = KEY.fullmatch(line)
        if not found:
            break
        claims[found["key"]] = found["value"]
    return Server(
        path=path,
        model=claims["Model"],
        asked=claims.get("Asked"),
        wrong=claims.get("Wrong"),
        syscall=claims.get("Call"),
        client=claims.get("Client"),
        line=int(claims["Line"]) if "Line" in claims else None,
        scenario=claims.get("Scenario"),
        only=tuple(filter(None, claims.get("Only", "").split(", "))),
        transport=claims.get("Transport", "tcp"),
        is_sandboxed=claims.get("Where") != "observe",
    )
