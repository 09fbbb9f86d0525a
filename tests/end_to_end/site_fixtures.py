"""The whole site as `make run` starts it, in a folder and on a port of its own."""

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.processes import kill

ROOT = Path(__file__).parents[2]

Up = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def up(tmp_path: Path, port: int) -> Iterator[Up]:
    """Start the whole site in a folder of its own, with what it prints in the file `log`."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    started: list[tuple[subprocess.Popen[bytes], set[int]]] = []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env={**environment, "IOMODELS_VAR": str(tmp_path / "var"), "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append((process, set()))
        return process

    yield start
    for process, _ in started:
        kill(process)


def is_serving(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def passwords(log: Path) -> dict[str, str]:
    """Return the passwords that the first start printed, by name."""
    printed = re.findall(r"^    (\w+) +([a-z0-9]{12})$", log.read_text(), re.MULTILINE)
    return dict(printed)
