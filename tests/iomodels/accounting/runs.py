"""Runs as chance would have them: any calls of any threads beside any deeds of the clients."""

from hypothesis import strategies as st

from iomodels.record import Activity, ClientEvent, Deed, ScenarioRecord
from iomodels.trace.sifting import pack
from tests.iomodels.examples import connection, moment, scenario
from tests.iomodels.traces import PORT, PORTS, SECOND_NS, written

LENGTH = 400  # In tenths of a millisecond.
UNIT_NS = SECOND_NS // 10_000
CALLS = (
    "accept(3<LISTENER>, NULL, NULL) = 4<AC>",
    "accept4(3<LISTENER>, NULL, NULL, SOCK_NONBLOCK) = 5<BC>",
    "accept(3<LISTENER>, NULL, NULL) = -1 EAGAIN (Not now)",
    'read(4<AC>, "x", 9) = 1',
    'read(4<AC>, "", 9) = 0',
    'recvfrom(5<BC>, "x", 9, 0, NULL, NULL) = 1',
    "recvfrom(5<BC>, 0x7f, 9, 0, NULL, NULL) = -1 EAGAIN (Not now)",
    'write(4<AC>, "x", 1) = 1',
    'sendto(5<BC>, "x", 1, MSG_DONTWAIT, NULL, 0) = 1',
    "poll([{fd=3<LISTENER>, events=POLLIN}, {fd=4<AC>, events=POLLIN}], 2, -1) = 1",
    "poll([{fd=5<BC>, events=POLLIN}], 1, 5) = 0 (Timeout)",
    "select(6, [4<AC> 5<BC>], NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout)",
    "epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = 0",
    "epoll_ctl(9<EPOLL>, EPOLL_CTL_DEL, 4<AC>, NULL) = 0",
    "epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1",
    "futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0",
    "futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = -1 EAGAIN (Not now)",
    "clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=5000000}, NULL) = 0",
    "rt_sigtimedwait([IO], NULL, NULL, 8) = 29 (SIGIO)",
    "wait4(-1, NULL, 0, NULL) = 7",
    'read(6<pipe:[1]>, "x", 1) = 1',
    "clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2",
    "clone(child_stack=NULL, flags=SIGCHLD) = 3",
    "fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
    "io_uring_setup(8, {flags=0}) = 9<anon_inode:[io_uring]>",
)
TIMES = st.integers(min_value=1, max_value=LENGTH)


@st.composite
def runs(draw: st.DrawFn) -> ScenarioRecord:
    """Return a record that hangs together in time, and in nothing else."""
    lines = [line for thread in (1, 2, 3) for line in draw(_lives(thread))]
    deeds = draw(st.lists(st.tuples(TIMES, st.sampled_from("ABC"), st.sampled_from(Deed))))
    events = tuple(_event(*deed) for deed in sorted(deeds, key=lambda deed: deed[0]))
    rests = sorted(draw(st.lists(TIMES, max_size=5)))
    ends = {name: connection(name, unread=1) for name in "AB"}
    neglected = draw(st.lists(st.tuples(TIMES, st.sampled_from("AB")), max_size=3))
    return scenario(
        port=PORT,
        trace=pack(written("\n".join(["1 0.0001 exit(0) = ?", *lines]))),
        events=events,
        rests=tuple(rest * UNIT_NS for rest in rests),
        moments=tuple(
            moment(activity=Activity.RESTING, connections=(ends[name],), at_ns=at * UNIT_NS)
            for at, name in neglected
        ),
    )


@st.composite
def _lives(draw: st.DrawFn, thread: int) -> list[str]:
    # One call after the other: a thread is in one at a time.
    times = sorted(draw(st.lists(TIMES, unique=True, max_size=12)))
    lines = []
    for started, ended in zip(times[::2], times[1::2], strict=False):
        call = draw(st.sampled_from(CALLS))
        lines.append(f"{thread} {started / 10_000} {call} <{(ended - started) / 10_000}>")
    is_cut_off: bool = draw(st.booleans())
    if lines and is_cut_off:
        lines.append(f"{thread} {LENGTH / 10_000} read(4<AC>,  <unfinished ...>")
    return [*lines, f"{thread} {(LENGTH + 1) / 10_000} +++ exited with 0 +++"]


def _event(at: int, client: str, deed: Deed) -> ClientEvent:
    size = 3 if deed in (Deed.SENDS, Deed.RECEIVES) else 0
    return ClientEvent(
        client=client,
        deed=deed,
        port=PORTS[client],
        size=size,
        started_ns=at * UNIT_NS,
        ended_ns=at * UNIT_NS + 1000,
    )
