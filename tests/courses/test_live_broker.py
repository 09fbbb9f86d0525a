"""The hub against a real broker that is started, killed and started again."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from config import addresses, broker
from courses import live
from courses.live import Hub
from grader.announcements import announce

pytestmark = pytest.mark.queue


class Broker:
    """A broker of the test's own, on a socket in a folder with a short name."""

    def __init__(self, folder: Path) -> None:
        self.url = addresses.redis_url(folder / "broker.sock")
        self._command = broker.command(
            broker.find_server(), socket=folder / "broker.sock", folder=folder
        )
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def own_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    monkeypatch.setattr(live, "RECONNECT_SECONDS", 0.02)
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        started = Broker(Path(folder))
        settings.REDIS_URL = started.url
        yield started
        started.kill()


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[Hub, asyncio.Event]]:
    """Run a hub that is up, with somebody who watches run 7."""
    hub = Hub()
    task = asyncio.create_task(hub.listen(url))
    with hub.watch(7) as changed:
        await heard(changed)
        while not hub.is_up:  # Woken by failed tries before the broker was ready.
            await heard(changed)
        yield hub, changed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def heard(changed: asyncio.Event) -> None:
    await asyncio.wait_for(changed.wait(), 10)
    changed.clear()


def test_a_hub_hears_what_a_worker_announces(own_broker: Broker) -> None:
    async def follow() -> bool:
        async with listening(own_broker.url) as (hub, changed):
            with hub.watch(8) as other:
                await asyncio.to_thread(announce, 7)
                await heard(changed)
                return other.is_set()

    assert asyncio.run(follow()) is False


def test_a_hub_wakes_everybody_when_the_broker_goes_and_when_it_is_back(
    own_broker: Broker,
) -> None:
    async def follow() -> list[bool]:
        async with listening(own_broker.url) as (hub, changed):
            await asyncio.to_thread(own_broker.kill)
            await heard(changed)
            states = [hub.is_up]
            own_broker.start()
            while not hub.is_up:
                await heard(changed)
            await asyncio.to_thread(announce, 7)
            await heard(changed)
            return [*states, hub.is_up]

    assert asyncio.run(follow()) == [False, True]
