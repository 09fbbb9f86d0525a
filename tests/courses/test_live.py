import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import AsyncClient
from redis.exceptions import ConnectionError as RedisConnectionError

from courses import live
from courses.live import Hub, View, stream
from courses.models import Attempt
from grader.models import Run
from tests.courses.examples import School


class Row:
    """A run's row as a stream sees it; it tells when and how often it was looked at."""

    def __init__(self) -> None:
        self.view = View(run_id=1, html="queued", look_again_s=5, is_final=False)
        self.looks = 0
        self.looked = threading.Event()

    def __call__(self) -> View:
        self.looks += 1
        self.looked.set()
        return self.view

    def becomes(self, html: str, *, run_id: int = 1, is_final: bool = False) -> None:
        self.view = View(run_id=run_id, html=html, look_again_s=None, is_final=is_final)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll at once where Redis is away."""
    monkeypatch.setattr(live, "POLL_SECONDS", 0.001)


async def begin(events: AsyncIterator[str]) -> None:
    assert (await anext(events)).startswith("retry: ")
    assert await anext(events) == "event: state\ndata: queued\n\n"


def test_a_stream_sends_each_change_and_ends_with_the_last() -> None:
    async def watch() -> list[str]:
        row, hub = Row(), Hub(is_up=True)
        async with aclosing(stream(row, hub=hub)) as events:
            await begin(events)
            row.becomes("running\n1 of 2")
            hub.announce(1)
            running = await anext(events)
            row.becomes("passed", is_final=True)
            hub.announce(1)
            return [running, *[event async for event in events]]

    assert asyncio.run(watch()) == [
        "event: state\ndata: running\ndata: 1 of 2\n\n",
        "event: state\ndata: passed\n\n",
        "event: done\ndata: \n\n",
    ]


def test_a_stream_does_not_repeat_what_has_not_changed() -> None:
    async def watch() -> str:
        row, hub = Row(), Hub(is_up=True)
        async with aclosing(stream(row, hub=hub)) as events:
            await begin(events)
            row.looked.clear()
            hub.announce(1)
            next_event = asyncio.ensure_future(anext(events))
            await asyncio.to_thread(row.looked.wait)
            row.becomes("running")
            hub.announce(1)
            return await next_event

    assert asyncio.run(watch()) == "event: state\ndata: running\n\n"


def test_a_change_between_subscribing_and_looking_is_not_missed() -> None:
    async def watch() -> list[str]:
        hub = Hub(is_up=True)

        class Racing(Row):
            def __call__(self) -> View:
                seen = super().__call__()
                if (
                    self.looks == 2
                ):  # The first look after subscribing: the row changes right after.
                    self.becomes("passed", is_final=True)
                    loop.call_soon_threadsafe(hub.announce, 1)
                return seen

        loop = asyncio.get_running_loop()
        return [event async for event in stream(Racing(), hub=hub)][1:]

    assert asyncio.run(asyncio.wait_for(watch(), 5)) == [
        "event: state\ndata: queued\n\n",
        "event: state\ndata: passed\n\n",
        "event: done\ndata: \n\n",
    ]


@pytest.mark.usefixtures("quick")
def test_a_stream_polls_while_redis_is_away() -> None:
    async def watch() -> str:
        row = Row()
        async with aclosing(stream(row, hub=Hub(is_up=False))) as events:
            await begin(events)
            assert await anext(events) == ": still here\n\n"
            row.becomes("passed", is_final=True)
            return await anext(events)

    assert asyncio.run(watch()) == "event: state\ndata: passed\n\n"


def test_losing_redis_wakes_every_stream() -> None:
    async def watch() -> str:
        row, hub = Row(), Hub(is_up=True)
        async with aclosing(stream(row, hub=hub)) as events:
            await begin(events)
            row.becomes("running")
            hub.resynchronise()
            return await anext(events)

    assert asyncio.run(watch()) == "event: state\ndata: running\n\n"


def test_a_stream_follows_the_repeat_of_an_undecided_run() -> None:
    async def watch() -> list[str]:
        row, hub = Row(), Hub(is_up=True)
        async with aclosing(stream(row, hub=hub)) as events:
            await begin(events)
            row.becomes("repeating", run_id=2)
            hub.announce(1)
            repeating = await anext(events)
            row.becomes("passed", run_id=2, is_final=True)
            hub.announce(2)
            return [repeating, await anext(events)]

    assert asyncio.run(watch()) == [
        "event: state\ndata: repeating\n\n",
        "event: state\ndata: passed\n\n",
    ]


def test_a_stream_that_is_closed_leaves_nothing_behind() -> None:
    async def watch() -> Hub:
        hub = Hub(is_up=True)
        async with aclosing(stream(Row(), hub=hub)) as events:
            await begin(events)
        return hub

    assert asyncio.run(watch()) == Hub(is_up=True)


def test_a_program_cannot_break_out_of_an_event() -> None:
    async def watch() -> str:
        row = Row()
        row.becomes("a\r\nb\rc\n\nevent: done", is_final=True)
        async with aclosing(stream(row, hub=Hub(is_up=True))) as events:
            await anext(events)
            return await anext(events)

    assert asyncio.run(watch()) == (
        "event: state\ndata: a\ndata: b\ndata: c\ndata: \ndata: event: done\n\n"
    )


def test_a_hub_survives_the_loss_of_redis_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live, "RECONNECT_SECONDS", 0)
    tries = []

    class Unlucky(Hub):
        async def _follow(self, url: str) -> None:
            tries.append(url)
            if len(tries) == 3:
                raise asyncio.CancelledError
            raise RedisConnectionError("refused")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Unlucky().listen("unix:///nowhere"))

    assert len(tries) == 3
    assert [record.getMessage() for record in caplog.records] == [
        "Live progress polls the database: Redis is away (refused)."
    ]


@pytest.mark.django_db(transaction=True)
def test_looking_leaves_no_connection_to_the_database_behind() -> None:
    used: list[BaseDatabaseWrapper] = []

    class Reading(Row):
        def __call__(self) -> View:
            Run.objects.count()
            used.append(connections["default"])
            return super().__call__()

    async def watch() -> list[bool]:
        async with aclosing(stream(Reading(), hub=Hub(is_up=True))) as events:
            await begin(events)
            return [wrapper.connection is None for wrapper in used]

    assert asyncio.run(watch()) == [True, True]


@pytest.mark.django_db(transaction=True)
def test_the_page_streams_from_the_database(
    school: School,
    make_attempt: Callable[..., Attempt],
    passed_report: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "shared_hub", lambda: Hub(is_up=False))
    attempt = make_attempt(report=passed_report)
    client = AsyncClient()
    client.force_login(school.student)

    async def watch() -> tuple[str, str]:
        response: Any = await client.get(f"/attempts/{attempt.pk}/live/")
        assert response.status_code == 200
        body = b"".join([chunk async for chunk in response.streaming_content])
        return response["Content-Type"], body.decode()

    content_type, body = asyncio.run(watch())

    assert content_type == "text/event-stream"
    assert "data: " in body
    assert "as it should" in body
    assert body.endswith("event: done\ndata: \n\n")
    assert Run.objects.count() == 1
