"""Ledgers and phases as chance would have them, with names that mean harm."""

from hypothesis import strategies as st

from iomodels.ledger import Ledger, Life, Mark, Neglect, Pending, Slept, Totals
from iomodels.phases import PhaseCall, Phases
from iomodels.record import Wait

NAMES = st.one_of(
    st.sampled_from(["A", "B", "C1", "C100", "</svg><script>", '" onload="x', "\u202egnp.exe"]),
    st.text(max_size=40),
)
TIMES = st.integers(min_value=0, max_value=10**10)
SIZES = st.integers(min_value=0, max_value=10**7)
CALLS = st.one_of(
    st.sampled_from(["recvfrom", "pselect6", "epoll_wait", "futex", "accept4", "stopped"]),
    st.text(min_size=1, max_size=30),
)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    clients = draw(st.lists(NAMES, max_size=10, unique=True))
    threads = draw(st.integers(min_value=0, max_value=8))
    sleeps = [slept for thread in range(threads) for slept in draw(_sleeps(thread, clients))]
    marks = draw(st.lists(_marks(clients), max_size=16)) if clients else []
    pending = draw(st.lists(_pending(clients), max_size=12)) if clients else []
    ended = max([1, *(slept.ended_ns for slept in sleeps), *(mark.at_ns for mark in marks)])
    lives = tuple(
        Life(thread_id=thread, process_id=1, started_ns=0, ended_ns=ended, asleep_ns=0,
             name=draw(NAMES))
        for thread in range(threads)
    )  # fmt: skip
    return Ledger(
        lives=lives,
        sleeps=tuple(sorted(sleeps, key=lambda slept: slept.started_ns)),
        marks=tuple(sorted(marks, key=lambda mark: mark.at_ns)),
        pending=tuple(sorted(pending, key=lambda waiting: waiting.started_ns)),
        totals=Totals(harmful_ns=0, refused_reads=0, calls=1, messages=1, threads=threads,
                      processes=1, cpu_ns=1, spins=draw(st.sampled_from([0, 5000]))),
        ended_ns=ended,
    )  # fmt: skip


@st.composite
def _sleeps(draw: st.DrawFn, thread: int, clients: list[str]) -> list[Slept]:
    moments = sorted(draw(st.lists(TIMES, max_size=16, unique=True)))
    found = []
    for started, ended in zip(moments[::2], moments[1::2], strict=False):
        neglected: tuple[Neglect, ...] = ()
        is_harmful: bool = draw(st.booleans())
        if clients and is_harmful:
            client = draw(st.sampled_from(clients))
            neglected = (
                Neglect(client=client, unread=draw(SIZES), started_ns=started, ended_ns=ended),
            )
        some = st.lists(st.sampled_from(clients or ["A"]), unique=True)
        found.append(
            Slept(
                thread_id=thread, process_id=1, syscall=draw(CALLS),
                wait=draw(st.sampled_from(Wait)),
                clients=tuple(draw(some)),
                accepts=draw(st.booleans()), started_ns=started, ended_ns=ended,
                neglected=neglected, source_line=draw(st.sampled_from([None, 1, 99_999])),
            )
        )  # fmt: skip
    return found


def _marks(clients: list[str]) -> st.SearchStrategy[Mark]:
    what = ["connects", "sends", "receives", "shuts down", "closes", "resets", "end", "sneezes"]
    return st.builds(
        Mark, client=st.sampled_from(clients), what=st.sampled_from(what), at_ns=TIMES, size=SIZES
    )


@st.composite
def _pending(draw: st.DrawFn, clients: list[str]) -> Pending:
    started, ended = sorted([draw(TIMES), draw(TIMES)])
    return Pending(
        client=draw(st.sampled_from(clients)), size=draw(SIZES), started_ns=started, ended_ns=ended
    )


@st.composite
def messages(draw: st.DrawFn) -> Phases:
    moments = sorted(draw(st.lists(TIMES, min_size=2, max_size=60, unique=True)))
    calls = tuple(
        PhaseCall(
            syscall=draw(CALLS), started_ns=started, ended_ns=ended,
            result=draw(st.sampled_from(["5", "1", "0", "EAGAIN", "", "ERESTARTSYS", "<b>"])),
            is_asleep=draw(st.booleans()),
        )
        for started, ended in zip(moments[::2], moments[1::2], strict=False)
    )  # fmt: skip
    model = st.sampled_from(["blocking", "non-blocking", "epoll", "signal-driven", "io_uring", "?"])
    return Phases(
        client=draw(NAMES), number=draw(SIZES), model=draw(model), size=draw(SIZES),
        arrived_ns=draw(st.sampled_from([*moments, 0, 10**9])), wait_ns=draw(TIMES),
        wake_up_ns=draw(TIMES), copy_ns=draw(TIMES), calls=calls,
    )  # fmt: skip
