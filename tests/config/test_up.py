"""What `manage.py up` decides about isolation before it starts anything."""

import io
import os

import pytest

from config.management.commands.up import Command
from grader import sandbox


@pytest.fixture(autouse=True)
def no_choice_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sandbox.ALLOW_NO_CGROUP, "0")  # So that the test's end undoes what it sets.
    monkeypatch.delenv(sandbox.ALLOW_NO_CGROUP)


def decide(host: str) -> tuple[str | None, str]:
    said = io.StringIO()
    Command(stdout=said)._look_at_isolation(host)
    return os.environ.get(sandbox.ALLOW_NO_CGROUP), said.getvalue()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_site_of_ones_own_does_without_a_control_group_and_says_so(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(sandbox, "has_cgroup", lambda: False)

    allowed, said = decide(host)

    assert allowed == "1"
    assert "No control group bounds" in said
    assert "manage.py doctor" in said


def test_a_site_that_others_reach_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_cgroup", lambda: False)

    assert decide("0.0.0.0") == (None, "")


def test_nothing_is_said_where_there_is_a_control_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_cgroup", lambda: True)

    assert decide("127.0.0.1") == (None, "")


def test_an_operators_own_choice_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_cgroup", lambda: False)
    monkeypatch.setenv(sandbox.ALLOW_NO_CGROUP, "0")

    assert decide("127.0.0.1") == ("0", "")
