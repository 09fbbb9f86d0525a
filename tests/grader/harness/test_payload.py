"""The bytes that clients make up."""

from grader.harness.payload import content
from grader.harness.scenario import Traffic


def test_traffic_has_its_size_and_its_lines() -> None:
    made = content(Traffic(size=250, line_length=100), seed=1, place="2:A:1")

    assert [len(line) for line in made.splitlines(keepends=True)] == [100, 100, 50]


def test_the_same_seed_and_place_make_the_same_bytes() -> None:
    traffic = Traffic(size=64, line_length=64)

    assert content(traffic, seed=1, place="a") == content(traffic, seed=1, place="a")
    assert content(traffic, seed=1, place="a") != content(traffic, seed=2, place="a")
    assert content(traffic, seed=1, place="a") != content(traffic, seed=1, place="b")
