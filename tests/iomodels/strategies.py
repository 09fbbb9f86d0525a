"""Records as chance would have them: any step beside any moment, with what a program printed."""

import functools
from dataclasses import replace

from hypothesis import strategies as st

from iomodels import record as records
from iomodels.demands import Demands
from iomodels.models import Family, Model
from iomodels.record import Failing, Outcome, ScenarioRecord
from iomodels.trace.sifting import pack, unpack
from tests.fuzzing import PLACES, TOKENS, changed, changes, mutated
from tests.iomodels.forging import FORGED, path, quoted, unix
from tests.traces.recording import recordings

# A record is stored as JSON: integers of 64 bits, text that UTF-8 can write.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
NUMBERS = st.integers(min_value=0, max_value=2**53)
MOMENTS = st.builds(
    records.Moment,
    activity=st.sampled_from(records.Activity),
    sleeps=st.lists(
        st.builds(
            records.Sleep,
            thread_id=NUMBERS,
            syscall=st.sampled_from(["recvfrom", "poll", "futex", "999"]),
            wait=st.sampled_from(records.Wait),
            waits_for=st.lists(st.sampled_from("ABC"), unique=True).map(tuple),
            accepts=st.booleans(),
            timeout_ns=st.none() | NUMBERS,
            source_line=st.none() | NUMBERS,
        ),
        max_size=3,
    ).map(tuple),
    connections=st.lists(
        st.builds(
            records.Connection,
            client=st.sampled_from("ABC"),
            is_accepted=st.booleans(),
            unread=NUMBERS,
            unsent=NUMBERS,
        ),
        max_size=3,
    ).map(tuple),
    processes=NUMBERS,
    cpu_ns=NUMBERS,
    slept_ns=NUMBERS,
    running_line=st.none() | NUMBERS,
)
FAILURES = st.builds(
    records.Failure,
    failing=st.sampled_from(Failing),
    client=st.none() | st.sampled_from("ABC"),
    expected=TEXT,
    received=TEXT,
    missing=NUMBERS,
    got=NUMBERS,
    offset=st.none() | NUMBERS,
    detail=TEXT,
)
STEPS = st.builds(
    records.StepRecord,
    line=NUMBERS,
    text=TEXT,
    outcome=st.sampled_from(Outcome),
    took_ns=NUMBERS,
    moment=st.none() | MOMENTS,
    failure=st.none() | FAILURES,
)

FORGERIES = [forge(content) for content in FORGED for forge in (path, quoted, unix)]
# What one line of strace is made of, so that a change often gives another line of strace.
GRAMMAR = (
    *TOKENS,
    *FORGERIES,
    " <unfinished ...>",
    "<... read resumed>",
    "<detached ...>",
    " <0.000001000>",
    " <unavailable>",
    "--- SIGIO {si_signo=SIGIO} ---",
    "+++ exited with 0 +++",
    "+++ killed by SIGKILL (core dumped) +++",
    "1 1.000000000 ",
    ") = 0",
    ") = ?",
    ") = -1 EAGAIN (Resource temporarily unavailable)",
    "<TCP:[127.0.0.1:10000->127.0.0.1:40000]>",
    "<UDPv6:[[::1]:10000]>",
    "<anon_inode:[eventpoll]>",
    " /* 7 in strace's PID NS */",
    "CLONE_THREAD",
    "io_uring_setup(",
    "epoll_ctl(",
    "EPOLL_CTL_ADD, 9<anon_inode:[eventpoll]>, ",
    "syscall_0x1f",
    "htons(1)",
    "tv_sec=9223372036854775807",
)
BEGIN, TAKEN, PIECES = 12, 30, 4  # Lines of a recorded trace.
PRINTED = (
    'Traceback (most recent call last):\n  File "/w/server.py", line 7, in f\nOSError: [Errno 9]\n',
    'File "/w/server.py", line 3\n    def broken(:\nSyntaxError: invalid syntax\n',
    "listening\n",
)


@functools.cache
def pieces(taken: int = TAKEN) -> tuple[ScenarioRecord, ...]:
    """Return each recording a few times, with the beginning of its trace and one more part."""
    found = []
    for one in recordings():
        record = one.load()
        lines = unpack(record.trace).splitlines(keepends=True)
        for at in range(BEGIN, len(lines), max(taken, len(lines) // PIECES)):
            text = "".join([*lines[:BEGIN], *lines[at : at + taken]])
            found.append(replace(record, trace=text))
    return tuple(found)


def traces(taken: int = TAKEN) -> st.SearchStrategy[str]:
    """Return what strace might write, or nearly."""
    return mutated([record.trace for record in pieces(taken)], tokens=GRAMMAR)


_CHANGES = changes(GRAMMAR)
_CHOSEN = st.lists(PLACES, max_size=9)
_FEW_STEPS, _FEW_MOMENTS = st.lists(STEPS, max_size=1), st.lists(MOMENTS, max_size=1)
_SMALL, _BYTE = st.integers(0, 3), st.integers(-1, 255)
_OUTPUTS = mutated(PRINTED) | TEXT
_SIGNALS = st.none() | st.sampled_from(["SIGKILL", "signal 99"])


@st.composite
def played(draw: st.DrawFn) -> ScenarioRecord:
    """Return a recorded scenario with everything in it changed that a program has a hand in."""
    record = pieces()[draw(PLACES) % len(pieces())]
    trace = changed(record.trace, draw(_CHANGES))
    events = record.events
    if events and not draw(_SMALL):
        events = tuple(events[place % len(events)] for place in draw(_CHOSEN))
    times = [0, *record.rests, *(event.started_ns for event in record.events)]
    chosen = [times[place % len(times)] for place in draw(_CHOSEN)]
    moments = [replace(one, at_ns=(*chosen, 0)[0]) for one in draw(_FEW_MOMENTS)]
    return replace(
        record,
        trace=pack(trace),
        steps=(*draw(_FEW_STEPS), *record.steps[: draw(_BYTE) + 1]),
        output=draw(_OUTPUTS).encode("utf-8", "replace").decode(),
        exit_code=draw(_BYTE),
        exit_signal=draw(_SIGNALS),
        most_threads=draw(_SMALL),
        tasks_made=draw(_SMALL),
        port=record.port * bool(draw(_SMALL)),
        events=events,
        rests=tuple(chosen),
        moments=(*moments, *record.moments[: draw(_SMALL)]),
        over_ns=(*chosen, 0)[-1],
    )


DEMANDS = st.builds(
    Demands,
    model=st.none() | st.sampled_from([*Model, *Family]).map(str),
    at_most_threads=st.none() | st.integers(0, 2),
    at_most_processes=st.none() | st.integers(0, 2),
    waits_for_everyone=st.booleans(),
    sleeps_only_in_readiness=st.booleans(),
    rests=st.booleans(),
    refused_reads=st.none() | st.integers(0, 2),
)
