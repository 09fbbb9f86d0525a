"""Why a step failed, told from what was recorded of a right and of a wrong server."""

import pytest

from iomodels.analysis import analyse
from iomodels.demands import Demands
from iomodels.report import Finding
from iomodels.rules import findings
from tests.traces.recording import recording


def found(name: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """Return each finding on a recorded server: rule, client, neglected, call."""
    record = recording(name).load()
    return [_short(finding) for finding in findings(record, Demands(), analyse(record))]


def _short(finding: Finding) -> tuple[str, str | None, str | None, str | None]:
    return finding.rule, finding.client, finding.neglected, finding.syscall


@pytest.mark.parametrize(
    ("wrong", "rule", "client", "neglected", "syscall"),
    [
        ("poll-last-first.c burst", "answers-in-order", "A", None, None),
        ("poll-loses-the-rest.c unread", "keeps-the-rest", "A", "A", "poll"),
        ("sequential.py silent", "accepts-everybody", "A", "B", "recvfrom"),
        ("threads-one-lock.c later", "waits-for-everyone", "A", "B", "recvfrom"),
    ],
)
def test_wrong_server_failed_by_its_rule(
    wrong: str, rule: str, client: str, neglected: str | None, syscall: str | None
) -> None:
    assert found(wrong) == [(rule, client, neglected, syscall)]


@pytest.mark.parametrize(
    "right", ["select-one.c burst", "select-one.c unread", "thread-per-client.c observation"]
)
def test_right_server_did_not_fail(right: str) -> None:
    assert found(right) == []


def test_answers_in_another_order_are_shown_with_what_was_due() -> None:
    record = recording("poll-last-first.c burst").load()

    (finding,) = findings(record, Demands())

    assert finding.message == (
        r'A received "three\ntwo\none\n" instead of "one\ntwo\nthree\n": the right answers in '
        "another order."
    )
