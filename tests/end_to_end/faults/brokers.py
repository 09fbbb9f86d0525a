"""A broker that a site under test does not start itself, so that it can be away for long."""

import os
import signal
import subprocess
from pathlib import Path

from config import addresses, broker
from tests.end_to_end.processes import kill


class Broker:
    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "b.sock"
        self.url = addresses.redis_url(self.socket)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            broker.command(broker.find_server(), socket=self.socket, folder=self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None:
            kill(self._process)
