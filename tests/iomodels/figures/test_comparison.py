import pytest

from iomodels.figures.comparison import comparison, describe, table
from iomodels.figures.kinds import Kind, kind_of
from tests.iomodels.figures.reading import of_kind, troubles, words
from tests.iomodels.figures.samples import MODELS, blocking, call, phases_of

FIVE = [(name, make()) for name, make in MODELS.items()]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_comparison_can_be_read(number: int) -> None:
    assert troubles(comparison(FIVE[:number], title="T")) == []


def test_comparison_says_what_each_thread_does_meanwhile() -> None:
    strong = [part.text for part in of_kind(comparison(FIVE, title="T"), "iof-strong")]

    answers = ["asleep", "checks", "free", "copies", "still free"]
    assert [strong.count(answer) for answer in answers] == [2, 1, 2, 4, 2]


def test_comparison_has_the_phases_at_one_height_in_all_columns() -> None:
    copies = of_kind(comparison(FIVE, title="T"), "iof-copy")[:4]

    assert len({(part.get("y"), part.get("height")) for part in copies}) == 1


def test_comparison_shows_at_most_six_models() -> None:
    drawn = comparison([("blocking", blocking())] * 9, title="T")

    assert words(drawn).count("blocking") == 6
    assert troubles(drawn) == []


@pytest.mark.parametrize(
    ("model", "results", "kind"),
    [
        ("epoll", ["1", "5"], Kind.MULTIPLEXING),
        ("io_uring", ["0"], Kind.ASYNCHRONOUS),
        ("something new", ["EAGAIN", "5"], Kind.NON_BLOCKING),
        ("something new", ["5"], Kind.BLOCKING),
    ],
)
def test_kind_of_knows_models_and_looks_at_the_calls_of_others(
    model: str, results: list[str], kind: Kind
) -> None:
    calls = [call("recvfrom", 1, 2, result) for result in results]

    assert kind_of(phases_of(model, calls, arrived=1, wait=0, copy=1)) is kind


def test_table_has_the_measured_times() -> None:
    assert table(FIVE).rows == [
        ("blocking", "8.13 ms", "0", "16 µs", "1", "recvfrom"),
        ("non-blocking", "8.12 ms", "30 µs", "12 µs", "218", "recvfrom"),
        ("I/O multiplexing", "8.09 ms", "21 µs", "11 µs", "2", "select"),
        ("signal-driven", "8.09 ms", "28 µs", "14 µs", "2", "rt_sigsuspend"),
        ("asynchronous", "8.11 ms", "22 µs", "not seen from outside", "2", "io_uring_enter"),
    ]


def test_describe_tells_the_figure() -> None:
    assert describe(FIVE[:1]).endswith(
        "blocking: asleep in recvfrom while it waits 8.1 ms, copy 16 µs; 1 system call; can wait "
        "for this client only."
    )
