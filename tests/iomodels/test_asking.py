"""What students are told beforehand, for each rule that an exercise can ask for."""

from dataclasses import fields

import pytest

from iomodels.asking import Asked, asked
from iomodels.demands import MODELS, Demands

IN_MODEL = "Wait for your clients in the way that the exercise asks for."


@pytest.mark.parametrize(
    ("demands", "told"),
    [
        (
            Demands(model="select"),
            Asked(rule="model", sentence=IN_MODEL, detail="Asked for: multiplexing with select."),
        ),
        (
            Demands(model="multiplexing"),
            Asked(
                rule="model",
                sentence=IN_MODEL,
                detail="Asked for: multiplexing with select, poll or epoll.",
            ),
        ),
        (
            Demands(model="blocking"),
            Asked(
                rule="model",
                sentence=IN_MODEL,
                detail="Asked for: blocking, one client at a time or with a thread or process for "
                "each.",
            ),
        ),
        (
            Demands(at_most_threads=1),
            Asked(rule="at-most-threads", sentence="Serve everybody with at most 1 thread."),
        ),
        (
            Demands(at_most_processes=2),
            Asked(rule="at-most-processes", sentence="Serve everybody with at most 2 processes."),
        ),
        (
            Demands(waits_for_everyone=True),
            Asked(
                rule="waits-for-everyone",
                sentence="Never sleep on one client while another client's bytes are ready.",
            ),
        ),
        (
            Demands(sleeps_only_in_readiness=True),
            Asked(
                rule="sleeps-only-in-readiness",
                sentence="Sleep only in a call that watches all your clients: select, poll or "
                "epoll.",
            ),
        ),
        (
            Demands(rests=True),
            Asked(rule="rests", sentence="Fall asleep when nobody has anything to say."),
        ),
        (
            Demands(refused_reads=0),
            Asked(
                rule="refused-reads",
                sentence="Read when something is there, not to find out whether something is.",
                detail="No read may come back empty-handed (EAGAIN).",
            ),
        ),
        (
            Demands(refused_reads=2),
            Asked(
                rule="refused-reads",
                sentence="Read when something is there, not to find out whether something is.",
                detail="For each message, at most 2 reads may come back empty-handed (EAGAIN).",
            ),
        ),
    ],
)
def test_each_rule_has_its_sentence(demands: Demands, told: Asked) -> None:
    assert asked(demands) == (told,)


def test_an_exercise_without_rules_asks_for_nothing() -> None:
    assert asked(Demands()) == ()


def test_no_rule_is_left_out() -> None:
    everything = Demands(
        model="epoll",
        at_most_threads=1,
        at_most_processes=1,
        waits_for_everyone=True,
        sleeps_only_in_readiness=True,
        rests=True,
        refused_reads=1,
    )

    assert len(asked(everything)) == len(fields(Demands))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_that_can_be_asked_for_has_words(model: str) -> None:
    (told,) = asked(Demands(model=model))

    assert told.detail.startswith("Asked for: ")
