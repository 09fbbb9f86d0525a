"""A trace comes in pieces of any size, and no line costs more than its length."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iomodels.trace import Event, Reader, read
from iomodels.trace.sifting import sift

TRACE = """\
7 1.000000000 read(4<pipe:[5]>,  <unfinished ...>
8 1.100000000 write(5<pipe:[5]>, "x", 1) = 1 <0.000001000>
this is no line
7 1.200000000 <... read resumed>"x", 9) = 1 <0.200000500>
7 1.300000000 --- SIGIO {si_signo=SIGIO} ---
8 1.400000000 accept(3<TCP:[127.0.0.1:80]>, NULL, NULL <unfinished ...>
7 1.500000000 +++ exited with 0 +++"""


@given(st.lists(st.integers(min_value=0, max_value=len(TRACE)), max_size=20).map(sorted))
def test_events_do_not_depend_on_the_pieces(cuts: list[int]) -> None:
    reader = Reader()
    events: list[Event] = []
    for begin, end in zip([0, *cuts], [*cuts, len(TRACE)], strict=True):
        events += reader.feed(TRACE[begin:end])
    events += reader.finish()

    whole = read(TRACE)
    assert sorted(events, key=repr) == sorted(whole.events, key=repr)
    assert (reader.lines, tuple(reader.refusals)) == (whole.lines, whole.refusals)
    assert (len(whole.events), whole.refused) == (5, 1)


def test_events_come_as_soon_as_they_are_whole() -> None:
    reader = Reader()

    seen = [len(list(reader.feed(f"{line}\n"))) for line in TRACE.splitlines()]

    assert seen == [0, 1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        '\\"',
        '"a" ',
        "<",
        "<<",
        "<TCP:[1]> ",
        "<TCP:[1->",
        "<TCP:[1->2]> ",
        '<UNIX:[1->2,"a"]> ',
        "</a-> ",
        "(",
        "(1) ",
        "((1)) ",
        "()",
    ],
)
@pytest.mark.parametrize("end", ["", ") = 0 <0.000001000>", ") = 0 <0.1"])
def test_a_line_costs_time_in_proportion_to_its_length(piece: str, end: str) -> None:
    short, long = (f"7 1.000000000 read(4{piece * n}{end}\n" for n in (2_000, 20_000))

    # Of the processor, so another program's business is none of it; quadratic would be hundredfold.
    assert _cost(long) < 40 * max(_cost(short), 0.0002)


@pytest.mark.parametrize("piece", [") = 1 E", '"") = 1 E', '"a") = 1<x> E', '"', "\\", ", ", "<"])
@pytest.mark.parametrize("end", ["", ") = 1 <0.1", ") = 1 <0.1>"])
def test_sifting_costs_time_in_proportion_to_a_lines_length(piece: str, end: str) -> None:
    short, long = (f"7 1.000000000 read(4</a>, {piece * n}{end}\n" for n in (2_000, 20_000))

    assert _cost(long, sift) < 40 * max(_cost(short, sift), 0.0002)


def _cost(line: str, work: Callable[[str], object] = read) -> float:
    costs = []
    for _ in range(3):
        started = time.process_time()
        work(line)
        costs.append(time.process_time() - started)
    return min(costs)
