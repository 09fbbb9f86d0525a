import pytest

from iomodels.record import Failing, Failure, Moment
from tests.iomodels.examples import (
    BOTH,
    NOT_ANSWERED,
    SPINNING,
    connection,
    explained,
    failed,
    moment,
    sleep,
)

B_UNREAD = (connection("A"), connection("B", unread=5))


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            failed(Failing.WRONG_BYTES, expected='"x"', received='"y"', offset=0),
            'B received other bytes than it should: "y" instead of "x", first different at byte 0.',
        ),
        (
            failed(Failing.UNEXPECTED_BYTES, received='"x"'),
            'B received "x", where nothing should come.',
        ),
        (failed(Failing.CLOSED), "The server ended B's connection."),
        (
            failed(Failing.CLOSED, missing=1, detail="ECONNRESET"),
            "The server ended B's connection (ECONNRESET). 1 byte was still to come.",
        ),
        (failed(Failing.NOT_CLOSED), "The server did not close B's connection."),
        (failed(Failing.NOT_CONNECTED), "B could not connect (nobody accepted)."),
        (
            failed(Failing.NOT_CONNECTED, detail="ECONNREFUSED"),
            "B could not connect (ECONNREFUSED).",
        ),
        (failed(Failing.NOT_EXITED, None, expected="0"), "The server did not exit with 0."),
        (
            failed(Failing.NOT_ANSWERED, expected='"lo"', got=3),
            'B did not receive "lo" after 3 bytes.',
        ),
        (failed(Failing.NOT_ANSWERED), "B did not receive anything."),
    ],
)
def test_answers_says_what_came_and_what_should_have_come(failure: Failure, message: str) -> None:
    assert explained(failure).message == message


@pytest.mark.parametrize(
    ("seen_then", "meanwhile"),
    [
        (
            SPINNING,
            "It was still running when its time on the processor was used up (server.py, line 8).",
        ),
        (
            moment(sleep("poll", "A", "B", source_line=5), connections=BOTH),
            (
                "The server has read everything and is asleep in poll, watching A and B "
                "(server.py, line 5)."
            ),
        ),
        (
            moment(sleep("epoll_wait", "B"), connections=B_UNREAD),
            (
                "5 bytes lie ready in the kernel, and the server is asleep in epoll_wait, watching "
                "B: it was told of them once and did not read them all (edge-triggered)."
            ),
        ),
    ],
)
def test_answers_says_what_the_server_did_meanwhile(seen_then: Moment, meanwhile: str) -> None:
    assert explained(NOT_ANSWERED, seen_then).message == f'B did not receive "x". {meanwhile}'
