from dataclasses import replace

from iomodels.figures.cropping import LEAD_NS, cropped
from iomodels.ledger import Ledger, Life, Mark, Slept, Totals
from iomodels.record import Wait

TOTALS = Totals(
    harmful_ns=0,
    refused_reads=0,
    calls=1,
    messages=1,
    threads=2,
    processes=1,
    cpu_ns=0,
    spins=0,
)
BEFORE_NS = 10_000_000
LOADER = Life(thread_id=2, process_id=1, started_ns=0, ended_ns=5, asleep_ns=0, name="thread 2")
MAIN = Life(
    thread_id=1,
    process_id=1,
    started_ns=0,
    ended_ns=BEFORE_NS + LEAD_NS + 100,
    asleep_ns=LEAD_NS + 7 + 40,
    name="main",
)
EARLY = Slept(
    thread_id=1,
    process_id=1,
    syscall="futex",
    wait=Wait.LOCK,
    clients=(),
    accepts=False,
    started_ns=0,
    ended_ns=7,
)
ACROSS = EARLY._replace(
    syscall="accept4",
    wait=Wait.ACCEPT,
    accepts=True,
    started_ns=BEFORE_NS,
    ended_ns=BEFORE_NS + LEAD_NS + 40,
)
LEDGER = Ledger(
    lives=(MAIN, LOADER),
    sleeps=(EARLY, ACROSS),
    marks=(Mark(client="A", what="connects", at_ns=BEFORE_NS + LEAD_NS + 40),),
    pending=(),
    totals=TOTALS,
    ended_ns=BEFORE_NS + LEAD_NS + 100,
)


def test_what_was_before_the_first_client_is_left_out() -> None:
    seen = cropped(LEDGER)

    assert [life.name for life in seen.lives] == ["main"]
    assert [(one.syscall, one.started_ns, one.ended_ns) for one in seen.sleeps] == [
        ("accept4", 0, LEAD_NS)
    ]
    assert seen.marks[0].at_ns == LEAD_NS
    assert seen.ended_ns == LEAD_NS + 60


def test_a_thread_that_goes_on_keeps_what_it_slept_since() -> None:
    (main,) = cropped(LEDGER).lives

    assert (main.started_ns, main.ended_ns, main.asleep_ns) == (0, LEAD_NS + 60, LEAD_NS)


def test_a_run_without_clients_is_shown_whole() -> None:
    alone = replace(LEDGER, marks=())

    assert cropped(alone) == alone
