import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.processes import descendants, is_alive, kill, until

pytestmark = pytest.mark.queue

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


def _is_serving(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_site_starts_twice_and_leaves_nothing_behind(
    end: signal.Signals, up: Up, port: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for _ in range(2):
        site = up()
        until(lambda: _is_serving(port), within_s=60, what="the site serves pages")
        family = descendants(site.pid)

        site.send_signal(end)
        site.wait(timeout=60)

        until(
            lambda family=family: not any(map(is_alive, family)),  # type: ignore[misc]
            within_s=10,
            what="all of its processes end",
        )
        assert len(family) > 5

    printed = re.findall(r"^    (\w+) +[a-z0-9]{12}$", log.read_text(), re.MULTILINE)
    assert printed == ["student", "instructor", "operator"]


def test_second_site_in_the_same_folder_is_refused(up: Up, port: int, tmp_path: Path) -> None:
    up()
    until(lambda: _is_serving(port), within_s=60, what="the site serves pages")

    second = up()

    assert second.wait(timeout=60) == 1
    assert "CommandError: The site is already running from" in (tmp_path / "log").read_text()
    assert _is_serving(port)


def test_port_in_use_is_explained(up: Up, port: int, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert up().wait(timeout=60) == 1

    expected = f"127.0.0.1:{port} cannot be used (Address already in use). Try: PORT={port + 1}"
    assert expected in (tmp_path / "log").read_text()
