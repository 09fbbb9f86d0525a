import pytest

from iomodels.figures.account import describe, summary
from iomodels.figures.timeline import table, timeline
from iomodels.ledger import Ledger
from tests.iomodels.figures.reading import of_kind, parse, troubles, words
from tests.iomodels.figures.samples import (
    LEDGERS,
    asyncio_loop,
    crowd,
    pool,
    select_loop,
    sequential,
    spinning,
)


@pytest.mark.parametrize("name", LEDGERS)
def test_timeline_can_be_read(name: str) -> None:
    assert troubles(timeline(LEDGERS[name](), title=name)) == []


def test_timeline_is_stable() -> None:
    assert timeline(pool(), title="T") == timeline(pool(), title="T")


def test_timelines_of_one_page_have_ids_of_their_own() -> None:
    one, other = (
        {part.get("id") for part in parse(timeline(ledger, title="T")).iter() if part.get("id")}
        for ledger in (sequential(), pool())
    )

    assert not one & other


def test_timeline_has_a_lane_for_every_client_and_thread() -> None:
    names = {text.text for text in of_kind(timeline(pool(), title="T"), "iof-name")}

    assert names == {"A", "B", "C", "D", "E", "main", "thread 2", "thread 3", "thread 4"}


def test_timeline_answers_who_looked_after_the_client() -> None:
    drawn = timeline(sequential(), title="T")

    said = words(drawn)
    assert (
        "✗ Nobody looked after B for 6.5 ms in all: main was asleep in recvfrom on A (line 23)."
        in said
    )
    assert "✗ neglected 6.5 ms" in said
    assert "watched by main" in said
    assert "recvfrom on A · line 23" in said
    assert "neglects B for 4.6 ms" in said


def test_timeline_marks_harmful_sleeps_and_the_neglected_alike() -> None:
    drawn = timeline(sequential(), title="T")

    harm = [part for part in of_kind(drawn, "iof-harm") if part.get("height") == "32"]
    numbers = [part.text for part in of_kind(drawn, "iof-badge-text")]
    assert len(harm) == 4  # Two sleeps of main, two waits of B.
    assert numbers == ["1", "1", "1"]  # At the client, at the thread, at the sentence.


@pytest.mark.parametrize("name", ["select", "thread-per-client", "crowd", "spinning"])
def test_timeline_marks_nothing_where_nobody_was_neglected(name: str) -> None:
    drawn = timeline(LEDGERS[name](), title="T")

    assert of_kind(drawn, "iof-harm") == []
    assert of_kind(drawn, "iof-harm-band") == []


def test_timeline_of_a_crowd_counts_whom_it_does_not_show() -> None:
    assert "and 95 more clients, none of them neglected" in words(timeline(crowd(), title="T"))


def test_timeline_has_a_mark_and_the_true_duration_where_time_is_shortened() -> None:
    drawn = timeline(asyncio_loop(), title="T")

    assert len(of_kind(drawn, "iof-axis-break")) == 3  # Two on the axis, one in the legend.
    assert {"50 ms", "3.5 ms"} <= set(words(drawn))


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (
            pool(),
            (
                "Nobody looked after D for 4.1 ms: thread 2, thread 3 and thread 4 were asleep in "
                "recvfrom on A, on B and on C (line 14). E was neglected too."
            ),
        ),
        (
            asyncio_loop(),
            (
                "Nobody looked after B for 50 ms: main was asleep in nanosleep until its time is "
                "up (line 17)."
            ),
        ),
        (
            select_loop(),
            (
                "Nobody was neglected. Every sleep could be ended by each client that had "
                "something to say."
            ),
        ),
        (
            spinning(),
            (
                "Nobody was neglected. But the server never rested: it looked 4,812 times and "
                "found nothing."
            ),
        ),
    ],
    ids=["pool", "asyncio", "select", "spinning"],
)
def test_summary_is_the_answer_in_a_sentence(ledger: Ledger, said: str) -> None:
    assert summary(ledger) == said


def test_describe_tells_the_figure() -> None:
    assert describe(sequential()) == (
        "A run of 12 ms with 2 clients (A and B) and 1 thread, which slept 4 times. Nobody looked "
        "after B for 6.5 ms in all: main was asleep in recvfrom on A (line 23). main slept 5.7 ms "
        "in recvfrom on A (line 23), the longest of 2 such sleeps. Meanwhile B's 5 bytes lay "
        "ready, unread: nobody looked after B for 4.6 ms."
    )


def test_table_lists_harmful_sleeps_first() -> None:
    found = table(sequential(), most_rows=3)

    assert found.rows == [
        ("main", "recvfrom", "on A", "2.26 ms", "5.68 ms", "B for 4.62 ms, 5 bytes unread", "23"),
        ("main", "recvfrom", "on A", "8.01 ms", "1.89 ms", "B for 1.89 ms, 5 bytes unread", "23"),
        ("main", "accept", "for a new client", "310 µs", "930 µs", "nobody", "12"),
    ]
    assert found.note == "1 more sleep is not listed."
