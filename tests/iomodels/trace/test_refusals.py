"""What is no line of strace: said exactly, counted, and costing nothing else."""

import pytest

from iomodels.trace import Refusal, read
from iomodels.trace.reader import LONGEST_SHOWN, REFUSALS_KEPT

GOOD = '7 1.000000000 read(4<TCP:[1]>, "x", 9) = 1 <0.000001000>\n'


@pytest.mark.parametrize(
    ("line", "column", "due"),
    [
        ("strace: Process 9 attached", 1, "a thread's number"),
        ("7 1.0 read(4) = 0 <0.000001000>", 3, "a moment: seconds, a point and nine digits"),
        ("7 1.000000000 Read(4) = 0 <0.000001000>", 15, "a system call, a signal or an end"),
        ("7 1.000000000 read 4) = 0", 15, "a system call, a signal or an end"),
        ('7 1.000000000 read(4, "x, 9) = 0', 23, "a result"),
        ("7 1.000000000 read(4<TCP:[1]>, 9", 33, "a result"),
        ("7 1.000000000 read(4, 9) = 0 <0.1>", 24, "a result"),
        ("7 1.000000000 read(4<TCP:[1]> 5<x", 32, "a result"),
        ("7 1.000000000 read(4, 9) = 0 <0.000001000> 7 1.000000000 read(", 24, "a result"),
        (
            "7 1.000000000 <... read resumed>) = 0 <0.000001000>",
            1,
            "an unfinished read of this thread before it",
        ),
    ],
)
def test_refused_line_is_shown_with_its_place(line: str, column: int, due: str) -> None:
    trace = read(GOOD + line + "\n" + GOOD)

    assert trace.refusals == (Refusal(line=2, column=column, due=due, text=line),)
    assert (trace.lines, trace.refused, len(trace.events)) == (3, 1, 2)


def test_refusal_is_a_sentence() -> None:
    (refusal,) = read("7 1.000000000 read[4\n").refusals

    assert str(refusal) == (
        "line 1, column 15: a system call, a signal or an end was expected: 7 1.000000000 read[4"
    )


def test_all_refusals_are_counted_and_the_first_are_kept_cut_short() -> None:
    trace = read("x" * 5000 + "\n" + "y\n" * REFUSALS_KEPT + GOOD)

    assert (trace.refused, len(trace.refusals)) == (REFUSALS_KEPT + 1, REFUSALS_KEPT)
    assert trace.refusals[0].text == "x" * LONGEST_SHOWN
    assert len(trace.events) == 1


def test_resumption_of_another_call_is_refused_and_begins_nothing() -> None:
    trace = read(
        "7 1.000000000 read(4<pipe:[5]>,  <unfinished ...>\n"
        '7 1.100000000 <... write resumed>"x", 9) = 1 <0.100000000>\n'
    )

    assert (trace.refused, trace.events) == (1, ())
