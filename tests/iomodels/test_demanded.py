"""Each rule about a whole scenario, on the recording of a right and of a wrong server."""

import re
from dataclasses import replace

import pytest

from iomodels.analysis import analyse
from iomodels.demands import Demands
from iomodels.report import Finding
from iomodels.rules import findings
from tests.iomodels.examples import scenario, step
from tests.traces.recording import recording


def found(name: str, demands: Demands) -> tuple[Finding, ...]:
    """Return what speaks against a recorded server."""
    record = recording(name).load()
    return findings(record, demands, analyse(record))


def without_numbers(finding: Finding) -> Finding:
    """Return it with # for each number: a server that is recorded again has others."""
    return replace(finding, message=re.sub(r"\d[\d,.]*", "#", finding.message))


ASKED = {
    "select": Demands(model="select"),
    "multiplexing": Demands(model="multiplexing"),
    "one thread": Demands(at_most_threads=1),
    "one process": Demands(at_most_processes=1),
    "nobody neglected": Demands(waits_for_everyone=True),
    "readiness only": Demands(sleeps_only_in_readiness=True),
    "rests": Demands(rests=True),
    "few refusals": Demands(refused_reads=1),
}


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("select", "select-one.c observation"),
        ("multiplexing", "epoll-level.c observation"),
        ("one thread", "select-one.c observation"),
        ("one process", "thread-per-client.c observation"),
        ("nobody neglected", "select-one.c observation"),
        ("nobody neglected", "thread-per-client.c observation"),
        ("nobody neglected", "io-uring.c later"),
        ("readiness only", "select-one.c unread"),
        ("rests", "poll-one.py observation"),
        ("few refusals", "select-one.c burst"),
    ],
)
def test_right_server_gives_no_reason(asked: str, right: str) -> None:
    assert found(right, ASKED[asked]) == ()


@pytest.mark.parametrize(
    ("asked", "wrong", "finding"),
    [
        (
            "select",
            "poll-where-select-is-asked.py half-line",
            Finding(
                rule="model",
                title="Wait for your clients in the way that the exercise asks for.",
                message="Asked for: multiplexing with select. What the server did: multiplexing "
                "with poll. # of # messages: its reader slept in poll, which watched that client "
                "among others. # thread read from # clients, at most # by one thread.",
                syscall="poll",
                source_line=63,
            ),
        ),
        (
            "one thread",
            "threads-where-one-is-asked.py half-line",
            Finding(
                rule="at-most-threads",
                title="Serve everybody with at most 1 thread.",
                message="The server had # threads at once; allowed: #",
            ),
        ),
        (
            "one process",
            "processes-where-one-is-asked.c half-line",
            Finding(
                rule="at-most-processes",
                title="Serve everybody with at most 1 process.",
                message="The server had # processes at once; allowed: #",
            ),
        ),
        (
            "nobody neglected",
            "sequential.py observation",
            Finding(
                rule="waits-for-everyone",
                title="Never sleep on one client while another client's bytes are ready.",
                message="The server slept in recvfrom on A (server.py, line #) while # bytes of B "
                "lay ready. In all there were # such sleeps, # ms long.",
                client="A",
                neglected="B",
                syscall="recvfrom",
                source_line=19,
            ),
        ),
        (
            "readiness only",
            "asyncio-time-sleep.py half-line",
            Finding(
                rule="sleeps-only-in-readiness",
                title="Sleep only in a call that watches all your clients: select, poll or epoll.",
                message="The server slept in nanosleep, for # ms; in all it did so # times.",
                syscall="clock_nanosleep",
            ),
        ),
        (
            "rests",
            "select-spins.py brief",
            Finding(
                rule="rests",
                title="Fall asleep when nobody has anything to say.",
                message="The server looked # times in a row and found nothing, last in select, "
                "without sleeping in between.",
                syscall="pselect6",
            ),
        ),
        (
            "few refusals",
            "select-tries-everybody.py crowd",
            Finding(
                rule="refused-reads",
                title="Read when something is there, not to find out whether something is.",
                message="# reads came back with EAGAIN, for # messages; allowed: # for each.",
                syscall="recvfrom",
            ),
        ),
    ],
)
def test_wrong_server_is_told_why(asked: str, wrong: str, finding: Finding) -> None:
    assert tuple(map(without_numbers, found(wrong, ASKED[asked]))) == (finding,)


def test_one_sleep_that_did_harm_is_one() -> None:
    record = recording("sequential.py observation").load()
    analysis = analyse(record)
    alone = replace(analysis, ledger=replace(analysis.ledger, sleeps=analysis.ledger.harmful[:1]))

    (finding,) = findings(record, Demands(waits_for_everyone=True), alone)

    assert "In all there was 1 such sleep, " in finding.message


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("multiplexing", "Asked for: multiplexing with select, poll or epoll. "),
        ("signal-driven", "Asked for: signal-driven. "),
        ("epoll", "Asked for: multiplexing with epoll. "),
    ],
)
def test_finding_asks_in_the_words_of_the_exercises_page(asked: str, said: str) -> None:
    (finding,) = found("sequential.py observation", Demands(model=asked))

    assert finding.message.startswith(f"{said}What the server did: blocking, one client at a time.")


def test_thread_that_nobody_saw_was_made_all_the_same() -> None:
    between_two_looks = scenario(step(), tasks_made=2)

    (finding,) = findings(between_two_looks, Demands(at_most_threads=1))

    assert finding.message == (
        "The server made 2 threads or processes in all, its first included; allowed: 1."
    )


def test_what_was_not_traced_is_held_against_nobody() -> None:
    untraced = replace(recording("sequential.py observation").load(), trace="")
    everything = Demands(
        model="select",
        waits_for_everyone=True,
        sleeps_only_in_readiness=True,
        rests=True,
        refused_reads=0,
    )

    assert findings(untraced, everything) == ()
