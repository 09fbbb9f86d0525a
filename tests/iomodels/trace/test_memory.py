"""What a reader remembers of earlier lines never changes what it says of a later one."""

from itertools import product

from iomodels.trace import Call, Reader, read
from iomodels.trace.reader import MOST_REMEMBERED

HEADS = ["7 1.000000000 ", "8     12.000000005 ", "7 1.00000000 ", " 7 1.000000000 ", "7  1.0 ", ""]
CALLS = [
    "read(4<TCP:[1]>, ", "<... read resumed>", 'write(5</a"b>, ', 'write(5</a""c>', "poll([{fd=4</x>}], ",
    "read(4<",
]  # fmt: skip
STRINGS = [
    '"x"', '"y"...', '""', r'"\""', r'"\\"', r'"\"', '"', '")', '") = 1"', '") = 1 <0.000000001>"',
    '"<"', '"a>"', "", 'a"b', '/a"', '"(', '"c>', '"x", "y"',
]  # fmt: skip
ENDS = [
    ", 9) = 1 <0.000000001>", ", 9) = 2 <0.000000009>", ", 9) = -1 EAGAIN (No) <0.000000001>",
    ", 9) = 1 <0.00000001>", ", 9) = 1", ", 9) = ?", ", 9)   = 1 <0.000000001>", "9 = 1 <0.000000001>",
    ", 9) = 3<TCP:[1->2]> <12.000000001>", " <unfinished ...>", ", 9 <unfinished ...>) = ?", ") = 1 <.000000001>",
]  # fmt: skip
LINES = ["".join(parts) for parts in product(HEADS, CALLS, STRINGS, ENDS)]


def test_a_line_means_the_same_after_all_others() -> None:
    reader = Reader()
    for _ in reader.feed("".join(f"{line}\n" for line in LINES)):
        pass
    assert reader._known
    for line in LINES:
        forgetful = Reader()
        forgetful._begun = dict(reader._begun)

        found = list(reader.feed(f"{line}\n"))

        assert found == list(forgetful.feed(f"{line}\n")), line
        assert reader._begun == forgetful._begun, line


def test_what_is_remembered_does_not_grow_without_end() -> None:
    count = 2 * MOST_REMEMBERED + 1
    text = "".join(
        f"7 1.000000000 read({number}) = {number} <0.000000001>\n" for number in range(count)
    )

    reader = Reader()
    events = list(reader.feed(text))

    assert [event.result for event in events if isinstance(event, Call)] == list(range(count))
    assert len(reader._known) <= MOST_REMEMBERED + 1
    assert tuple(events) == read(text).events
