from typing import Any

import pytest

from courses.conducts import Conduct, Fact, conduct
from tests.courses import examples


def facts(**values: Any) -> dict[str, tuple[str, bool]]:
    """Return what is said of a server that waited so: name -> value, and whether it is bad."""
    found = conduct(examples.conduct(**values))
    assert found is not None
    return {fact.name: (fact.value, fact.is_bad) for fact in found.facts}


def test_conduct_is_put_into_words() -> None:
    told = examples.conduct(harmful_ms=12.34, refused_reads=1234, threads=3, processes=2)

    assert conduct(told) == Conduct(
        title="Multiplexing with select",
        reasons=("9 of 9 messages: its reader slept in select.", "1 thread read from 2 clients."),
        facts=(
            Fact(
                name="Clients kept waiting",
                value="12 ms",
                meaning="while every thread that could have served them slept on somebody else",
                is_bad=True,
            ),
            Fact(
                name="System calls per message",
                value="3.0",
                meaning="27 calls to wait, look, read and write, for 9 messages",
            ),
            Fact(
                name="Refused reads",
                value="1,234",
                meaning="a read that finds nothing comes back with EAGAIN",
            ),
            Fact(name="Threads", value="3", meaning="in 2 processes, the most in any scenario"),
        ),
        is_recognised=True,
    )


def test_a_server_that_kept_nobody_waiting_is_told_so() -> None:
    assert facts(harmful_ms=0.0, refused_reads=0) == {
        "Clients kept waiting": ("never", False),
        "System calls per message": ("3.0", False),
        "Refused reads": ("none", False),
        "Threads": ("1", False),
    }


def test_without_messages_there_is_nothing_to_divide_by() -> None:
    assert "System calls per message" not in facts(messages=0)


def test_an_unknown_model_is_not_named() -> None:
    found = conduct(examples.conduct(model="unknown", title="cannot tell", reasons=()))

    assert found is not None
    assert (found.title, found.reasons, found.is_recognised) == (
        "It could not be told",
        (),
        False,
    )


@pytest.mark.parametrize("told", [None, {}])
def test_an_old_report_says_nothing_of_conduct(told: dict[str, Any] | None) -> None:
    assert conduct(told) is None
