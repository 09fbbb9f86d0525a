"""Servers that nobody here wrote are recognised as what they are known to be."""

from pathlib import Path

import pytest

from tests.real.observing import observe, script
from tests.real.table import Server, servers

pytestmark = pytest.mark.real


@pytest.mark.parametrize("server", list(servers()), ids=lambda server: server.name)
def test_real_server_is_recognised(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if missing := server.missing():
        pytest.skip(missing)
    # Not below pytest's own folder, which is closed to a server that gives up its privileges.
    folder = tmp_path_factory.mktemp("server")
    _open_to_all(folder)

    found = observe(server, folder)

    keeps_waiting = found["harmful_ms"] > 0
    assert (found["model"], keeps_waiting) == (server.model, server.keeps_waiting), found
    assert found["trace"]["refused"] == []


def test_other_bytes_take_the_place_of_a_request() -> None:
    lines = script("16 03 01 02 00 01").splitlines()

    assert lines[1:3] == [r'A sends "\x16"', r'A sends "\x03"']
    assert r'E F G H send "\x01"' in lines


def _open_to_all(folder: Path) -> None:
    for one in (folder, *list(folder.parents)[:3]):
        one.chmod(0o755)
