"""The queue without a broker: what would be sent or announced is written into lists."""

import pytest


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the lanes that a worker would be woken for."""
    lanes: list[str] = []

    def wake(lane: str) -> bool:
        lanes.append(lane)
        return True

    for module in ("submissions", "sweep"):
        monkeypatch.setattr(f"grader.{module}.wake", wake)
    return lanes


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the runs that pages would be told of."""
    runs: list[int] = []
    for module in ("submissions", "sweep", "grading"):
        monkeypatch.setattr(f"grader.{module}.announce", runs.append)
    return runs
