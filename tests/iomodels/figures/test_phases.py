from dataclasses import replace

import pytest

from iomodels.figures.phases import describe, median, phases, table, total_ns
from tests.iomodels.figures.reading import of_kind, troubles, words
from tests.iomodels.figures.samples import MODELS, US, blocking, call, non_blocking, phases_of


@pytest.mark.parametrize("name", MODELS)
def test_phases_can_be_read(name: str) -> None:
    assert troubles(phases(MODELS[name](), title=name)) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("blocking", {"asleep in recvfrom", "returns 5 bytes"}),
        ("non-blocking", {"asks again and again", "EAGAIN: no data yet", "until the next try"}),
        ("I/O multiplexing", {"asleep in select", "returns: readable", "wake-up"}),
        ("signal-driven", {"SIGIO: data is ready", "interrupted"}),
        ("asynchronous", {"free for other work", "submitted", "done: 5 bytes copied"}),
    ],
)
def test_phases_show_what_makes_the_model(name: str, said: set[str]) -> None:
    assert said <= set(words(phases(MODELS[name](), title=name)))


def test_phases_show_both_braces_with_their_times() -> None:
    said = words(phases(blocking(), title="T"))

    assert said[said.index("wait for data") + 1] == "8.1 ms"
    assert said[said.index("kernel to user") + 1] == "16 µs"


def test_phases_shorten_many_like_calls() -> None:
    drawn = phases(non_blocking(), title="T")

    assert "… 214 more calls, each refused …" in words(drawn)
    assert words(drawn).count("EAGAIN: no data yet") == 3
    assert len(of_kind(drawn, "iof-head-refused")) == 3


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 byte"), (999_999, "999,999 bytes"), (10**7, "10 MB")]
)
def test_phases_say_how_much_came_in_the_room_there_is(size: int, said: str) -> None:
    drawn = phases(replace(MODELS["asynchronous"](), size=size), title="T")

    assert f"{said} ready" in words(drawn)
    assert troubles(drawn) == []


def test_phases_of_data_that_was_there_have_no_wait() -> None:
    calls = [call("recvfrom", 50, 62, "5")]
    message = phases_of("blocking", calls, arrived=10, wait=0, copy=12)

    said = words(phases(message, title="T"))

    assert "wait for data" not in said
    assert "no wait: the data was there" in said


def test_phases_bear_a_call_that_never_returned_and_no_calls_at_all() -> None:
    calls = [call("recvfrom", 50, 62, "")]
    message = phases_of("blocking", calls, arrived=55, wait=5, copy=7)

    assert troubles(phases(message, title="T")) == []
    assert troubles(phases(replace(message, calls=()), title="T")) == []


@pytest.mark.parametrize(("totals", "chosen"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2), ([7], 7)])
def test_median_is_a_message_that_really_was(totals: list[int], chosen: int) -> None:
    many = [
        replace(blocking(), wait_ns=total, wake_up_ns=0, copy_ns=0, number=number)
        for number, total in enumerate(totals)
    ]

    assert total_ns(median(many)) == chosen
    assert median(many) in many


def test_median_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no messages"):
        median([])


def test_table_has_a_row_for_each_call() -> None:
    assert table(blocking()).rows == [("recvfrom", "40 µs", "8.15 ms", "5", "yes")]
    assert table(blocking()).note == "Wait 8.1 ms, wake-up 0, copy 16 µs."


def test_describe_tells_the_figure() -> None:
    assert describe(replace(blocking(), wait_ns=50_000 * US)) == (
        "Message 3 of client A, 5 bytes; model: blocking. The thread slept in recvfrom for 50 ms, "
        "until this client's bytes came. Wait 50 ms, wake-up 0, copy 16 µs."
    )
