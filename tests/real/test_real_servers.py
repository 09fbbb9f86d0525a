"""Servers that nobody here wrote are recognised as what they are known to be."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.observing import observe, script
from tests.real.table import Server, servers

pytestmark = pytest.mark.real


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that a server can still reach when it has given up its privileges."""
    # pytest's own folders are closed to others, and so must they stay.
    with tempfile.TemporaryDirectory(prefix="real-") as made:
        yield Path(made)


@pytest.mark.parametrize("server", list(servers()), ids=lambda server: server.name)
def test_real_server_is_recognised(server: Server, folder: Path) -> None:
    if missing := server.missing():
        pytest.skip(missing)

    found = observe(server, folder)

    keeps_waiting = found["harmful_ms"] > 0
    assert (found["model"], keeps_waiting) == (server.model, server.keeps_waiting), found
    assert found["trace"]["refused"] == []


def test_other_bytes_take_the_place_of_a_request() -> None:
    lines = script("16 03 01 02 00 01").splitlines()

    assert lines[1:3] == [r'A sends "\x16"', r'A sends "\x03"']
    assert r'E F G H send "\x01"' in lines
