import pytest

from grader.harness import journal
from grader.harness.journal import Journal
from iomodels.record import Deed


def test_a_server_that_answers_byte_by_byte_does_not_push_out_what_clients_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal, "HEARD_KEPT", 3)
    written = Journal()

    for _ in range(5):
        written.note("A", Deed.RECEIVES, port=1, size=1)
    written.note("A", Deed.SENDS, port=1, size=9)

    assert [event.deed for event in written.events] == [*[Deed.RECEIVES] * 3, Deed.SENDS]


def test_no_more_events_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "EVENTS_KEPT", 2)
    written = Journal()

    for size in range(4):
        written.note("A", Deed.SENDS, port=1, size=size)

    assert [event.size for event in written.events] == [0, 1]
