import signal
import socket
from pathlib import Path

import pytest

from tests.end_to_end.processes import descendants, is_alive, until
from tests.end_to_end.site_fixtures import Up, is_serving, passwords

pytestmark = pytest.mark.queue


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_site_starts_twice_and_leaves_nothing_behind(
    end: signal.Signals, up: Up, port: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for _ in range(2):
        site = up()
        until(lambda: is_serving(port), within_s=60, what="the site serves pages")
        family = descendants(site.pid)

        site.send_signal(end)
        site.wait(timeout=60)

        until(
            lambda family=family: not any(map(is_alive, family)),  # type: ignore[misc]
            within_s=10,
            what="all of its processes end",
        )
        assert len(family) > 5

    assert list(passwords(log)) == ["student", "instructor", "operator"]


def test_second_site_in_the_same_folder_is_refused(up: Up, port: int, tmp_path: Path) -> None:
    up()
    until(lambda: is_serving(port), within_s=60, what="the site serves pages")

    second = up()

    assert second.wait(timeout=60) == 1
    assert "CommandError: The site is already running from" in (tmp_path / "log").read_text()
    assert is_serving(port)


def test_port_in_use_is_explained(up: Up, port: int, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert up().wait(timeout=60) == 1

    expected = f"127.0.0.1:{port} cannot be used (Address already in use). Try: PORT={port + 1}"
    assert expected in (tmp_path / "log").read_text()
