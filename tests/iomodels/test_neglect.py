import pytest

from iomodels.neglect import AcceptsEverybody, KeepsTheRest, WaitsForEveryone
from iomodels.record import Activity, Failing, Moment
from iomodels.report import Finding
from tests.iomodels.examples import (
    BOTH,
    NOT_ANSWERED,
    ON_A,
    connection,
    explained,
    failed,
    moment,
    seen,
    sleep,
)

B_UNREAD = (connection("A"), connection("B", unread=5))
B_NOT_ACCEPTED = (connection("A"), connection("B", is_accepted=False))


def test_a_client_that_nobody_accepts_is_named_with_who_keeps_the_server() -> None:
    assert explained(NOT_ANSWERED, moment(ON_A, connections=B_NOT_ACCEPTED)) == Finding(
        rule="accepts-everybody",
        title="Accept every client, whatever the others do.",
        message=(
            "The server is asleep in recvfrom on A's connection (server.py, line 23). "
            "B has connected and nobody has accepted the connection. Only A can wake it."
        ),
        client="A",
        neglected="B",
        syscall="recvfrom",
        source_line=23,
        step=4,
    )


@pytest.mark.parametrize(
    ("waiting", "said"), [("B", "1 client stands"), ("BCD", "3 clients stand")]
)
def test_a_queue_that_is_full_is_counted(waiting: str, said: str) -> None:
    queue = (connection("A"), *(connection(name, is_accepted=False) for name in waiting))

    finding = explained(failed(Failing.NOT_CONNECTED, "D"), moment(ON_A, connections=queue))

    assert finding.message == (
        "The server is asleep in recvfrom on A's connection (server.py, line 23). "
        f"D cannot even connect: {said} in the queue. Only A can wake it."
    )


@pytest.mark.parametrize(
    "seen_then",
    [
        moment(ON_A, connections=BOTH),
        moment(ON_A),
        moment(sleep("accept4"), connections=B_NOT_ACCEPTED),
        moment(sleep("poll", "A", accepts=True), connections=B_NOT_ACCEPTED),
        moment(connections=B_NOT_ACCEPTED, activity=Activity.BUSY),
        moment(
            sleep("clock_nanosleep", timeout_ns=1),
            connections=B_NOT_ACCEPTED,
            activity=Activity.TIMED,
        ),
        None,
    ],
)
def test_accepts_everybody_needs_a_resting_server_that_would_not_accept(
    seen_then: Moment | None,
) -> None:
    assert AcceptsEverybody().explain(seen(NOT_ANSWERED, seen_then)) is None


def test_bytes_that_lie_ready_are_counted_with_who_keeps_the_server() -> None:
    assert explained(NOT_ANSWERED, moment(ON_A, connections=B_UNREAD)) == Finding(
        rule="waits-for-everyone",
        title="Never sleep on one client while another client's bytes are ready.",
        message=(
            "The server is asleep in recvfrom on A's connection (server.py, line 23). "
            "B's 5 bytes lie ready in the kernel, unread. Only A can wake it."
        ),
        client="A",
        neglected="B",
        syscall="recvfrom",
        source_line=23,
        step=4,
    )


def test_one_byte_lies_ready() -> None:
    one = moment(ON_A, connections=(connection("A"), connection("B", unread=1)))

    message = explained(NOT_ANSWERED, one).message

    assert "B's 1 byte lies ready in the kernel, unread." in message


@pytest.mark.parametrize(
    ("failing", "what"),
    [(Failing.NOT_ANSWERED, "an answer"), (Failing.NOT_CLOSED, "an end of file")],
)
def test_a_server_that_writes_to_another_keeps_a_client_waiting(
    failing: Failing, what: str
) -> None:
    writing = moment(sleep("sendto", "A"), connections=BOTH)

    assert explained(failed(failing), writing).message == (
        "The server is asleep in sendto to A, who does not read. "
        f"B waits for {what}. Only A can wake it."
    )


def test_naps_are_added_up() -> None:
    nap = sleep("clock_nanosleep", timeout_ns=50_000_000, source_line=9)
    napping = moment(nap, connections=B_UNREAD, activity=Activity.TIMED, slept_ns=500_000_000)

    assert explained(NOT_ANSWERED, napping).message == (
        "The server is asleep in nanosleep for up to 50 ms (server.py, line 9), "
        "and B's 5 bytes lie ready in the kernel, unread. "
        "While B waited it asked to sleep for 500 ms in all."
    )


@pytest.mark.parametrize(
    "seen_then",
    [
        moment(sleep("poll", "A", "B"), connections=B_UNREAD),
        moment(sleep("poll", "A"), connections=BOTH),
        moment(sleep("read"), connections=BOTH),
        moment(ON_A, connections=(connection("A"),)),
        moment(connections=B_UNREAD, activity=Activity.BUSY),
        None,
    ],
)
def test_waits_for_everyone_needs_a_sleep_that_keeps_the_client(seen_then: Moment | None) -> None:
    assert WaitsForEveryone().explain(seen(NOT_ANSWERED, seen_then)) is None


def test_a_lost_rest_is_counted() -> None:
    failure = failed(Failing.NOT_ANSWERED, got=60_000, missing=5_536)
    watching = moment(sleep("pselect6", "A", "B", source_line=12), connections=BOTH)

    assert explained(failure, watching) == Finding(
        rule="keeps-the-rest",
        title="Keep what could not be written, and go on when there is room.",
        message=(
            "B has got 60,000 bytes; 5,536 bytes are missing. The server has read all that B "
            "sent, has room to write, and is asleep in select, watching A and B "
            "(server.py, line 12): the rest is lost. Either a send took fewer bytes than it was "
            "given, or something was read and never written."
        ),
        client="B",
        neglected="B",
        syscall="pselect6",
        source_line=12,
        step=4,
    )


@pytest.mark.parametrize(("got", "missing", "is_lost"), [(4095, 1, True), (4094, 1, False)])
def test_a_rest_is_lost_only_of_what_no_send_buffer_holds(
    got: int, missing: int, *, is_lost: bool
) -> None:
    failure = failed(Failing.NOT_ANSWERED, got=got, missing=missing)
    what_was_seen = seen(failure, moment(sleep("poll", "B"), connections=BOTH))

    assert bool(KeepsTheRest().explain(what_was_seen)) == is_lost
