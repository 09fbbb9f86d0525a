import pytest

from grader import tasks
from grader.announcements import announce


def test_wake_without_a_broker_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    assert not tasks.wake("interactive")
    assert "No worker was woken for the interactive lane" in caplog.text


def test_waiting_without_a_broker_raises_what_the_sweep_expects() -> None:
    with pytest.raises(tasks.BROKER_TROUBLE):
        tasks.waiting("interactive")


def test_announce_without_a_broker_is_logged_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    announce(7)

    assert "Run 7 changed, and nobody could be told" in caplog.text


@pytest.mark.parametrize("lanes", [["regrade"], []])
def test_grade_next_wakes_for_what_is_left(
    lanes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("grader.grading.grade_next", lambda *_, **__: bool(lanes))
    monkeypatch.setattr(tasks, "wake", woken.append)

    tasks.grade_next("regrade")

    assert woken == lanes
