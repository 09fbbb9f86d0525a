"""The scenario language: what its sentences mean, and what it says of those it does not have."""

import pytest

from grader.harness.language import parse
from grader.harness.scenario import (
    Act,
    Connect,
    Exit,
    Receive,
    Repeat,
    Rest,
    Send,
    Special,
    Step,
    Text,
    Traffic,
    Verb,
    lines,
    unroll,
)
from grader.harness.words import ScenarioError

CONNECT_A = Step(line=1, text="connect A", says=Connect(clients=("A",)))


@pytest.mark.parametrize(
    ("sentence", "meaning"),
    [
        ('A sends "hel"', Send(clients=("A",), payload=Text(content=b"hel"))),
        (
            'A sends "\\x00\\xff\\r\\n\\""',
            Send(clients=("A",), payload=Text(content=b'\0\xff\r\n"')),
        ),
        ('A sends "é"', Send(clients=("A",), payload=Text(content="é".encode()))),
        (
            "A sends 1 MiB in lines of 100",
            Send(clients=("A",), payload=Traffic(size=1 << 20, line_length=100)),
        ),
        (
            "A sends 2 KiB in one line",
            Send(clients=("A",), payload=Traffic(size=2048, line_length=2048)),
        ),
        ('A receives "+OK\\r\\n"', Receive(clients=("A",), what=Text(content=b"+OK\r\n"))),
        ("A receives what it sent", Receive(clients=("A",), what=Special.ECHO)),
        ("A receives anything", Receive(clients=("A",), what=Special.ANYTHING)),
        ("A receives nothing", Receive(clients=("A",), what=Special.NOTHING)),
        ("A receives end", Receive(clients=("A",), what=Special.END)),
        ("A stops reading", Act(clients=("A",), verb=Verb.STOP_READING)),
        ("A reads again  # at last", Act(clients=("A",), verb=Verb.READ_AGAIN)),
        ("A shuts down", Act(clients=("A",), verb=Verb.SHUT_DOWN)),
        ("A closes", Act(clients=("A",), verb=Verb.CLOSE)),
        ("A resets", Act(clients=("A",), verb=Verb.RESET)),
        ("the server rests", Rest()),
        ("the server exits with 0", Exit(code=0)),
        ("connect B C1..C3", Connect(clients=("B", "C1", "C2", "C3"))),
        ("connect C3..C1", Connect(clients=("C3", "C2", "C1"))),
    ],
)
def test_each_sentence_has_one_meaning(sentence: str, meaning: object) -> None:
    steps = parse(f"connect A\n{sentence}")

    assert steps[1].says == meaning


def test_several_clients_act_in_one_sentence() -> None:
    steps = parse('connect A B\nA B send "x"\nB A receive what they sent')

    assert steps[1].says == Send(clients=("A", "B"), payload=Text(content=b"x"))
    assert steps[2].says == Receive(clients=("B", "A"), what=Special.ECHO)


def test_comments_and_blank_lines_are_no_steps() -> None:
    assert parse("connect A\n\n  # nobody speaks\n") == (CONNECT_A,)


def test_repeat_plays_its_lines_again_and_again() -> None:
    steps = parse('connect A\nrepeat 3\n  A sends "x"\nend')

    assert [step.line for step in unroll(steps)] == [1, 3, 3, 3]
    assert [step.line for step in lines(steps)] == [1, 3]
    assert isinstance(steps[1].says, Repeat)


@pytest.mark.parametrize(
    ("script", "line", "column", "message"),
    [
        ('connect A\nA sneds "x"', 2, 2, "No client can 'sneds'."),
        ('connect A\nA sends "x', 2, 8, "This text has no closing quotation mark."),
        ('connect A\nA sends "\\q"', 2, 9, "'\\q' is no escape."),
        ("connect A\nA sends 5 MB", 2, 10, "Which unit? Write bytes, KiB or MiB."),
        ("connect A\nA sends 0 bytes in one line", 2, 8, "Between 1 byte and 16 MiB."),
        ("connect A\nA sends 10 bytes in lines of 11", 2, 31, "A line has between 1 and 10 bytes."),
        ('connect A\nA sends ""', 2, 10, '"" has no bytes'),
        ("connect A\nA receives pong", 2, 11, "Receives what?"),
        ("connect A\nA receives end now", 2, 15, "'now' is too much here"),
        ("connect A A", 1, 10, "A client stands twice"),
        ("connect", 1, 7, "Which clients?"),
        ("connect C1..D2", 1, 0, "'C1..D2' is no range."),
        ("connect C1..C2000", 1, 0, "At most 1000 clients."),
        ("conect A", 1, 0, "'conect' begins no sentence."),
        ('A sends "x"', 1, 0, "A is not connected here. Write 'connect A' before this line."),
        ("connect A\nconnect A", 2, 8, "A is connected already."),
        ("connect A\nrepeat 2\nA closes\nend", 3, 0, "A is not connected here."),
        ("connect A\nrepeat 2\nA closes\nconnect A", 2, 0, "This 'repeat' has no 'end'."),
        ("connect A\nend", 2, 0, "There is no 'repeat' for this 'end'."),
        ("repeat 2\nend", 1, 0, "Nothing stands in this 'repeat'."),
        ("repeat 0\nthe server rests\nend", 1, 7, "Repeat between 1 and 1000 times."),
        ("the server sleeps", 1, 11, "The server can 'rest' or 'exit'"),
        ("connect A\nA closes\nA resets", 3, 0, "A is not connected here."),
        ("connect A §", 1, 10, "'§' means nothing here."),
        ("# nothing", 1, 0, "This scenario is empty."),
    ],
)
def test_a_mistake_is_pointed_at(script: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(script)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert message in str(caught.value)


def test_the_error_shows_the_line_with_a_caret() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse('connect A\n  A sneds "x"')

    assert str(caught.value).splitlines()[1:] == ['      A sneds "x"', "        ^"]


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("A shuts down", "cannot 'shuts down'"),
        ("A resets", "cannot 'resets'"),
        ("A receives end", "UDP has no end of file."),
        ("A sends 64 KiB in one line", "A datagram has at most 65507 bytes."),
    ],
)
def test_udp_has_no_connections(sentence: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        parse(f"connect A\n{sentence}", transport="udp")


def test_a_client_may_come_back() -> None:
    steps = parse("connect A\nrepeat 9\nA closes\nconnect A\nend")

    assert len(list(unroll(steps))) == 1 + 2 * 9
