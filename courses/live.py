"""A run's progress, sent to the browsers that watch it.

Theory of operation. A worker commits a run's row and then publishes `run:<id>` on Redis; the
message says only "look at the row again". Each web process has one Redis connection, its *hub*,
which passes the word on to the streams that watch that run. A stream subscribes first and reads
second, so that a change between the two is not missed; then it waits, reads, and sends the page's
changing part whenever it differs from what it sent last.

If Redis is away, the hub wakes every stream and shortens their patience: they look at the row every
two seconds until the hub is back, and then once more, because a message may have been lost in
between. If a worker dies, the row says so once another one takes it. If the browser goes, Django
closes the generator. If EventSource gives the browser nothing, the page polls instead.

A stream lives for minutes, so it must hold neither a thread nor a database connection while it
waits: what Django runs with thread_sensitive=True would pin one of each until the response ends.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PING_SECONDS = 15.0  # Proxies close streams that are silent for longer, usually after 30 or 60 s.
POLL_SECONDS = 2.0  # While Redis is away.
RECONNECT_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a stream has to show at one moment."""

    run_id: int  # It changes when the run is repeated.
    html: str
    look_again_s: float | None  # What it shows may change without an announcement.
    is_final: bool


@dataclass(slots=True)
class Hub:
    """One subscription of this process, and everybody in it who wants to hear of a run."""

    is_up: bool = False
    _watchers: dict[int, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    @contextmanager
    def watch(self, run_id: int) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever the run's row may have changed.

        An event and not a queue of messages: they say nothing, so three of them are one.
        """
        event = asyncio.Event()
        self._watchers[run_id].add(event)
        try:
            yield event
        finally:
            self._watchers[run_id].discard(event)
            if not self._watchers[run_id]:
                del self._watchers[run_id]

    def announce(self, run_id: int) -> None:
        for event in self._watchers.get(run_id, ()):
            event.set()

    def resynchronise(self) -> None:
        """Wake everybody: something may have been missed."""
        for run_id in self._watchers:
            self.announce(run_id)

    async def listen(self, url: str) -> None:
        """Follow the announcements for ever, through losses of the broker."""
        is_reported = False
        while True:
            try:
                await self._follow(url)
            except (RedisError, OSError) as error:
                if self.is_up or not is_reported:
                    logger.warning("Live progress polls the database: Redis is away (%s).", error)
                is_reported = True
            finally:
                self.is_up = False
                self.resynchronise()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow(self, url: str) -> None:
        client = redis.asyncio.Redis.from_url(
            url, socket_connect_timeout=2, health_check_interval=10
        )
        async with client, client.pubsub() as subscription:
            await subscription.psubscribe("run:*")
            while True:
                message = await subscription.get_message(timeout=PING_SECONDS)
                if message is not None and message["type"] == "psubscribe":
                    self.is_up = True
                    self.resynchronise()
                elif message is not None and message["type"] == "pmessage":
                    self.announce(int(message["channel"].removeprefix(b"run:")))


# One per event loop: a server has one, a test run has many.
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Hub, asyncio.Task[None]]] = (
    WeakKeyDictionary()
)


def shared_hub() -> Hub:
    """Return this process's hub; the first caller starts it."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        hub = Hub()
        task = loop.create_task(hub.listen(settings.REDIS_URL))
        task.add_done_callback(_log_end)
        _hubs[loop] = (hub, task)
    return _hubs[loop][0]


async def stream(look: Callable[[], View], *, hub: Hub | None = None) -> AsyncGenerator[str, None]:
    """Send server-sent events: `state` with HTML whenever it changed, `done` after the last."""
    hub = hub or shared_hub()
    see = partial(sync_to_async(_and_disconnect, thread_sensitive=False), look)
    view = await see()
    sent = None
    yield f"retry: {int(POLL_SECONDS * 1000)}\n\n"

    while True:
        with hub.watch(view.run_id) as changed:
            watched, view = view.run_id, await see()
            while view.run_id == watched:
                if view.html != sent:
                    yield _event("state", view.html)
                    sent = view.html
                if view.is_final:
                    yield _event("done", "")
                    return
                if not await _is_set(changed, within=_patience(hub, view)):
                    yield ": still here\n\n"
                view = await see()


def _log_end(task: asyncio.Task[None]) -> None:
    """Say why the hub ended: only a mistake of ours ends it, and streams merely become slower."""
    if not task.cancelled():
        logger.error("Live progress polls the database for good.", exc_info=task.exception())


def _and_disconnect(look: Callable[[], View]) -> View:
    try:
        return look()
    finally:
        connections.close_all()


def _patience(hub: Hub, view: View) -> float:
    if not hub.is_up:
        return POLL_SECONDS
    return min(view.look_again_s or PING_SECONDS, PING_SECONDS)


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    """Wait for the event and take it down again."""
    try:
        await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
    event.clear()
    return True


def _event(name: str, data: str) -> str:
    data = data.replace("\r\n", "\n").replace("\r", "\n")  # Each of the three would end a line.
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {name}\n{lines}\n"
