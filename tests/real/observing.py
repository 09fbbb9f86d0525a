"""Observes one real server by the real command line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader.harness.observation import BY_DEFAULT
from tests.real.table import ROOT, Server

SECONDS = 60
_SENDS = re.compile(r'([A-Z ]+) sends? "(.*)"$', re.MULTILINE)


def observe(server: Server, folder: Path, *options: str) -> dict[str, Any]:
    """Return what `python -m grader observe --json` found.

    Raises RuntimeError, with its words, if it did not get that far.
    """
    folder.chmod(0o755)
    command = server.prepare(folder)
    found = folder / "observed.json"
    if server.says:
        (folder / "scenario").write_text(script(server.says), encoding="utf-8")
        options = (*options, "--scenario", str(folder / "scenario"))
    if server.transport == "udp":
        options = (*options, "--udp")
    options = ("--port", str(server.port), "--seconds", str(SECONDS), *options)
    done = subprocess.run(
        [sys.executable, "-m", "grader", "observe", *options, "--json", found, "--", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **server.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not found.exists():
        raise RuntimeError(f"{done.stdout}\n{done.stderr}".strip())
    observed: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return observed


def script(says: str) -> str:
    """Return the default scenario with other bytes in place of those of an HTTP request."""
    octets = says.split()
    sent: dict[str, int] = {}

    def other(found: re.Match[str]) -> str:
        clients = found[1].split()
        at = max(sent.get(name, 0) for name in clients)
        sent.update(dict.fromkeys(clients, at + 1))
        return f'{found[1]} {"send" if len(clients) > 1 else "sends"} "\\x{octets[at]}"'

    return _SENDS.sub(other, BY_DEFAULT)
