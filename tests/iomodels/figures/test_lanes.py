import pytest

from iomodels.figures.lanes import Span, choose, minus, union
from iomodels.record import Wait
from tests.iomodels.figures.samples import (
    US,
    crowd,
    ledger,
    mark,
    neglect,
    sequential,
    slept,
    spinning,
    thread_per_client,
)


@pytest.mark.parametrize(
    ("spans", "together"),
    [
        ([], []),
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
        ([(1, 3), (2, 4)], [(1, 4)]),
        ([(1, 9), (2, 3), (9, 10)], [(1, 10)]),
    ],
)
def test_union_joins_spans_that_touch(spans: list[Span], together: list[Span]) -> None:
    assert union(spans) == together


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([], [(0, 10)]),
        ([(2, 4)], [(0, 2), (4, 10)]),
        ([(-5, 2), (8, 20)], [(2, 8)]),
        ([(0, 10)], []),
    ],
)
def test_minus_leaves_what_is_not_in_a_hole(holes: list[Span], left: list[Span]) -> None:
    assert minus([(0, 10)], holes) == left


def test_a_client_is_watched_while_somebody_is_awake_or_sleeps_on_it() -> None:
    b = choose(sequential()).clients[1]

    awake = [(7_940, 8_010), (9_900, 11_800)]
    assert b.client == "B"
    assert b.watched == tuple((left * US, right * US) for left, right in awake)
    assert b.watchers == ()
    assert b.neglected_ns == (7_940 - 3_320 + 9_900 - 8_010) * US


def test_the_thread_that_sleeps_on_a_client_is_its_watcher() -> None:
    lanes = choose(thread_per_client()).clients

    assert [(lane.client, lane.watchers) for lane in lanes] == [
        ("A", ("thread 2",)),
        ("B", ("thread 3",)),
    ]


def test_nobody_sleeps_on_a_client_of_a_spinning_server() -> None:
    assert [lane.watchers for lane in choose(spinning()).clients] == [(), ()]


def test_lanes_of_a_crowd_are_few_and_the_rest_is_counted() -> None:
    lanes = choose(crowd())

    assert [lane.client for lane in lanes.clients] == ["C1", "C2", "C3", "C4", "C5"]
    assert (lanes.other_clients, lanes.other_clients_neglected) == (95, 0)


def test_the_client_on_whom_a_thread_slept_is_shown_with_the_one_it_neglected() -> None:
    neglected = (neglect("Z", 5, 100, 900),)
    nap = slept("recvfrom", Wait.READ, 50, 900, clients=["Q"], neglected=neglected)
    busy = [mark(f"C{number}", "sends", 10 + step, 1) for number in range(20) for step in range(3)]
    quiet = [mark("Q", "connects", 1), mark("Z", "connects", 2)]
    crowded = ledger(sleeps=[nap], marks=[*busy, *quiet], pending=[], ended=1_000)

    shown = {lane.client for lane in choose(crowded).clients}

    assert len(shown) == 5
    assert {"Q", "Z"} <= shown
