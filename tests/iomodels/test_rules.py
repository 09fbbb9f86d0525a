import pytest

from iomodels.demands import Demands
from iomodels.explanation import sentence
from iomodels.record import Failing, Failure, Moment, Outcome
from iomodels.report import Finding
from iomodels.rules import EXPLANATIONS, findings
from tests.iomodels.examples import (
    BOTH,
    GONE,
    NOT_ANSWERED,
    ON_A,
    SPINNING,
    connection,
    explained,
    failed,
    moment,
    scenario,
    sleep,
    step,
)

RULES = {rule.name: rule for rule in EXPLANATIONS}
B_UNREAD = (connection("A"), connection("B", unread=5))
B_NOT_ACCEPTED = (connection("A"), connection("B", is_accepted=False))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("compiles", "Compile without errors."),
        ("within-limits", "Stay within the limits of memory, CPU time and output."),
        ("stays-up", "Keep running while clients need you."),
        ("listens", "Listen on the port that you are told."),
        ("accepts-everybody", "Accept every client, whatever the others do."),
        (
            "waits-for-everyone",
            "Never sleep on one client while another client's bytes are ready.",
        ),
        ("keeps-the-rest", "Keep what could not be written, and go on when there is room."),
        ("rests", "Fall asleep when nobody has anything to say."),
        ("answers-in-order", "Answer each client's messages in the order in which they came."),
        ("answers", "Answer exactly what the protocol says, to whom it says."),
    ],
)
def test_each_rule_is_one_sentence(name: str, said: str) -> None:
    assert sentence(RULES[name]) == said


def test_rules_explain_in_this_order() -> None:
    assert list(RULES) == [
        "compiles",
        "within-limits",
        "stays-up",
        "listens",
        "accepts-everybody",
        "waits-for-everyone",
        "keeps-the-rest",
        "rests",
        "answers-in-order",
        "answers",
    ]


@pytest.mark.parametrize(
    ("failure", "seen_then", "rule"),
    [
        (failed(Failing.LIMIT), GONE, "within-limits"),
        (failed(Failing.NOT_LISTENING), GONE, "stays-up"),
        (failed(Failing.NOT_CONNECTED), GONE, "stays-up"),
        (NOT_ANSWERED, GONE, "stays-up"),
        (failed(Failing.NOT_LISTENING), moment(ON_A), "listens"),
        (NOT_ANSWERED, moment(ON_A, connections=B_NOT_ACCEPTED), "accepts-everybody"),
        (
            failed(Failing.NOT_ANSWERED, got=9000),
            moment(ON_A, connections=BOTH),
            "waits-for-everyone",
        ),
        (
            failed(Failing.NOT_ANSWERED, got=9000),
            moment(sleep("poll", "A", "B"), connections=BOTH),
            "keeps-the-rest",
        ),
        (failed(Failing.NOT_RESTING), SPINNING, "rests"),
        (NOT_ANSWERED, None, "answers"),
        (failed(Failing.WRONG_BYTES), moment(ON_A, connections=B_UNREAD), "answers"),
    ],
)
def test_the_first_rule_that_applies_explains(
    failure: Failure, seen_then: Moment | None, rule: str
) -> None:
    assert explained(failure, seen_then).rule == rule


@pytest.mark.parametrize("failing", set(Failing) - {Failing.SAFETY_NET})
@pytest.mark.parametrize("seen_then", [None, GONE, SPINNING, moment(), moment(ON_A)])
def test_every_failure_has_one_explanation(failing: Failing, seen_then: Moment | None) -> None:
    finding = explained(failed(failing), seen_then)

    assert (finding.title, finding.step) == (sentence(RULES[finding.rule]), 4)


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.SKIPPED, Outcome.UNDECIDED])
def test_steps_that_did_not_fail_need_no_explanation(outcome: Outcome) -> None:
    assert findings(scenario(step(outcome)), Demands()) == ()


def test_an_undecided_step_is_not_explained_even_if_it_says_why() -> None:
    undecided = step(Outcome.UNDECIDED, failure=failed(Failing.SAFETY_NET))

    assert findings(scenario(undecided), Demands()) == ()


@pytest.mark.parametrize(
    ("demands", "rule", "title", "message"),
    [
        (
            Demands(at_most_threads=1),
            "at-most-threads",
            "Serve everybody with at most 1 thread.",
            "The server had 3 threads at once; allowed: 1.",
        ),
        (
            Demands(at_most_processes=0),
            "at-most-processes",
            "Serve everybody with at most 0 processes.",
            "The server had 2 processes at once; allowed: 0.",
        ),
    ],
)
def test_more_than_allowed_is_a_finding(
    demands: Demands, rule: str, title: str, message: str
) -> None:
    played = scenario(step(), most_threads=3, most_processes=2)

    assert findings(played, demands) == (Finding(rule=rule, title=title, message=message),)


@pytest.mark.parametrize(
    "demands", [Demands(), Demands(at_most_threads=3), Demands(at_most_processes=2)]
)
def test_as_many_as_allowed_are_no_finding(demands: Demands) -> None:
    assert findings(scenario(step(), most_threads=3, most_processes=2), demands) == ()


def test_failed_steps_come_before_what_the_exercise_demands() -> None:
    failing = step(Outcome.FAILED, failure=failed(Failing.CLOSED))

    found = findings(scenario(failing, most_threads=2), Demands(at_most_threads=1))

    assert [finding.rule for finding in found] == ["answers", "at-most-threads"]


def test_a_server_that_filled_its_trace_is_not_passed_for_what_nobody_saw() -> None:
    (found,) = findings(scenario(step(), trace_lost_bytes=5), Demands(model="select"))

    assert (found.rule, found.title) == ("within-limits", sentence(RULES["within-limits"]))
    assert "5 bytes of it are lost" in found.message
