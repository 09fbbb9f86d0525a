"""Ledgers and phases such as real servers leave behind, in microseconds for the eye."""

from collections.abc import Sequence

from iomodels.ledger import Ledger, Life, Mark, Neglect, Pending, Slept, Totals
from iomodels.phases import PhaseCall, Phases
from iomodels.record import Wait

US = 1_000  # Nanoseconds.
MAIN = 4711


def slept(
    syscall: str,
    wait: Wait,
    started: float,
    ended: float,
    *,
    clients: Sequence[str] = (),
    accepts: bool = False,
    thread: int = MAIN,
    line: int | None = None,
    neglected: tuple[Neglect, ...] = (),
    timeout_ns: int | None = None,
) -> Slept:
    return Slept(
        thread_id=thread,
        process_id=MAIN,
        syscall=syscall,
        wait=wait,
        clients=tuple(clients),
        accepts=accepts,
        started_ns=int(started * US),
        ended_ns=int(ended * US),
        source_line=line,
        neglected=neglected,
        timeout_ns=timeout_ns,
    )


def neglect(client: str, unread: int, started: float, ended: float) -> Neglect:
    return Neglect(
        client=client, unread=unread, started_ns=int(started * US), ended_ns=int(ended * US)
    )


def mark(client: str, what: str, at: float, size: int = 0) -> Mark:
    return Mark(client=client, what=what, at_ns=int(at * US), size=size)


def waiting(client: str, size: int, started: float, ended: float) -> Pending:
    return Pending(client=client, size=size, started_ns=int(started * US), ended_ns=int(ended * US))


def ledger(
    *,
    sleeps: Sequence[Slept],
    marks: Sequence[Mark],
    pending: Sequence[Pending],
    ended: float,
    lives: Sequence[Life] = (),
    spins: int = 0,
    refused: int = 0,
) -> Ledger:
    ended_ns = int(ended * US)
    alive = tuple(lives) or (life(MAIN, "main", 0, ended, sleeps),)
    return Ledger(
        lives=alive,
        sleeps=tuple(sorted(sleeps, key=lambda one: one.started_ns)),
        marks=tuple(sorted(marks, key=lambda one: one.at_ns)),
        pending=tuple(sorted(pending, key=lambda one: one.started_ns)),
        totals=Totals(
            harmful_ns=sum(one.lasted_ns for one in sleeps if one.is_harmful),
            refused_reads=refused,
            calls=2 * len(sleeps) + spins,
            messages=sum(one.what == "sends" for one in marks),
            threads=len(alive),
            processes=1,
            cpu_ns=ended_ns if spins else 900 * US,
            spins=spins,
        ),
        ended_ns=ended_ns,
    )


def life(thread: int, name: str, started: float, ended: float, sleeps: Sequence[Slept]) -> Life:
    return Life(
        thread_id=thread,
        process_id=MAIN,
        started_ns=int(started * US),
        ended_ns=int(ended * US),
        asleep_ns=sum(one.lasted_ns for one in sleeps if one.thread_id == thread),
        name=name,
    )


def sequential() -> Ledger:
    """One client at a time: B stands in the queue with its bytes while the server reads from A."""
    b = neglect("B", 5, 3_320, 7_940)
    return ledger(
        sleeps=[
            slept("accept4", Wait.ACCEPT, 310, 1_240, accepts=True, line=12),
            slept("recvfrom", Wait.READ, 1_390, 2_180, clients=["A"], line=23),
            slept("recvfrom", Wait.READ, 2_260, 7_940, clients=["A"], line=23, neglected=(b,)),
            slept("recvfrom", Wait.READ, 8_010, 9_900, clients=["A"], line=23,
                  neglected=(neglect("B", 5, 8_010, 9_900),)),
        ],
        marks=[
            mark("A", "connects", 1_200), mark("A", "sends", 2_150, 3),
            mark("B", "connects", 3_270), mark("B", "sends", 3_320, 5),
            mark("A", "sends", 7_910, 3), mark("A", "receives", 7_990, 6),
            mark("A", "closes", 9_890),
            mark("B", "receives", 10_150, 5), mark("B", "closes", 11_800),
        ],
        pending=[
            waiting("A", 0, 1_200, 1_270), waiting("A", 3, 2_150, 2_200),
            waiting("B", 0, 3_270, 9_990), waiting("B", 5, 3_320, 10_080),
            waiting("A", 3, 7_910, 7_960),
        ],
        ended=12_000,
    )  # fmt: skip


def thread_per_client() -> Ledger:
    two, three = MAIN + 1, MAIN + 2
    sleeps = [
        slept("accept4", Wait.ACCEPT, 310, 1_240, accepts=True, line=31),
        slept("accept4", Wait.ACCEPT, 1_420, 3_290, accepts=True, line=31),
        slept("accept4", Wait.ACCEPT, 3_460, 9_000, accepts=True, line=31),
        slept("recvfrom", Wait.READ, 1_400, 2_180, clients=["A"], thread=two, line=14),
        slept("recvfrom", Wait.READ, 2_260, 6_930, clients=["A"], thread=two, line=14),
        slept("recvfrom", Wait.READ, 7_020, 9_000, clients=["A"], thread=two, line=14),
        slept("recvfrom", Wait.READ, 3_480, 4_350, clients=["B"], thread=three, line=14),
        slept("recvfrom", Wait.READ, 4_450, 8_100, clients=["B"], thread=three, line=14),
    ]
    return ledger(
        sleeps=sleeps,
        marks=[
            mark("A", "connects", 1_200), mark("A", "sends", 2_150, 3),
            mark("B", "connects", 3_270), mark("B", "sends", 4_320, 5),
            mark("B", "receives", 4_430, 5), mark("A", "sends", 6_900, 3),
            mark("A", "receives", 7_000, 6), mark("B", "closes", 8_090),
        ],
        pending=[
            waiting("A", 0, 1_200, 1_270), waiting("A", 3, 2_150, 2_200),
            waiting("B", 0, 3_270, 3_320), waiting("B", 5, 4_320, 4_380),
            waiting("A", 3, 6_900, 6_960),
        ],
        lives=[
            life(MAIN, "main", 0, 9_000, sleeps),
            life(two, "thread 2", 1_350, 9_000, sleeps),
            life(three, "thread 3", 3_430, 8_180, sleeps),
        ],
        ended=9_000,
    )  # fmt: skip


def select_loop() -> Ledger:
    return ledger(
        sleeps=[
            slept("pselect6", Wait.READINESS, 350, 1_230, accepts=True, line=19),
            slept("pselect6", Wait.READINESS, 1_330, 2_180, clients=["A"], accepts=True, line=19),
            slept("pselect6", Wait.READINESS, 2_290, 3_300, clients=["A"], accepts=True, line=19),
            *(
                slept("pselect6", Wait.READINESS, started, ended, clients=["A", "B"], accepts=True,
                      line=19)
                for started, ended in [(3_400, 4_340), (4_460, 7_930), (8_060, 9_900)]
            ),
            slept("pselect6", Wait.READINESS, 9_990, 11_500, clients=["B"], accepts=True, line=19),
        ],
        marks=[
            mark("A", "connects", 1_200), mark("A", "sends", 2_150, 3),
            mark("B", "connects", 3_270), mark("B", "sends", 4_320, 5),
            mark("B", "receives", 4_450, 5), mark("A", "sends", 7_910, 3),
            mark("A", "receives", 8_050, 6), mark("A", "closes", 9_890),
        ],
        pending=[
            waiting("A", 0, 1_200, 1_270), waiting("A", 3, 2_150, 2_220),
            waiting("B", 0, 3_270, 3_330), waiting("B", 5, 4_320, 4_390),
            waiting("A", 3, 7_910, 7_990),
        ],
        ended=11_500,
    )  # fmt: skip


def crowd() -> Ledger:
    """Epoll with 100 clients, each of which sends one line."""
    names = [f"C{number}" for number in range(1, 101)]
    marks, pending, sleeps = [], [], []
    since = 300.0
    for index, name in enumerate(names):
        at = 1_000 + 90 * index
        marks.append(mark(name, "connects", at))
        pending.append(waiting(name, 0, at, at + 40))
        sleeps.append(slept("epoll_wait", Wait.READINESS, since, at + 10,
                            clients=names[:index], accepts=True, line=27))  # fmt: skip
        since = at + 60
    for index, name in enumerate(names):
        at = 13_000 + 160 * index
        marks += [mark(name, "sends", at, 6), mark(name, "receives", at + 95, 6)]
        pending.append(waiting(name, 6, at, at + 50))
        sleeps.append(slept("epoll_wait", Wait.READINESS, since, at + 12,
                            clients=names, accepts=True, line=27))  # fmt: skip
        since = at + 100
    return ledger(sleeps=sleeps, marks=marks, pending=pending, ended=since + 40)


def spinning() -> Ledger:
    """Non-blocking reads round and round: nobody is neglected, and nothing ever rests."""
    return ledger(
        sleeps=[],
        marks=[
            mark("A", "connects", 1_200), mark("A", "sends", 2_150, 3),
            mark("B", "connects", 3_270), mark("B", "sends", 4_320, 5),
            mark("B", "receives", 4_430, 5), mark("A", "closes", 9_000),
        ],
        pending=[
            waiting("A", 0, 1_200, 1_230), waiting("A", 3, 2_150, 2_170),
            waiting("B", 0, 3_270, 3_290), waiting("B", 5, 4_320, 4_345),
        ],
        ended=9_500,
        spins=4_812,
        refused=4_812,
    )  # fmt: skip


def pool() -> Ledger:
    """Three threads take clients from a queue: the fourth and the fifth client find nobody."""
    threads = [MAIN + number for number in (1, 2, 3)]
    clients = ["A", "B", "C"]
    sleeps = [slept("accept4", Wait.ACCEPT, 300, 1_000, accepts=True, line=40)]
    marks, pending, lives = [], [], []
    for index, (client, thread) in enumerate(zip(clients, threads, strict=True)):
        at = 1_000 + 900 * index
        marks.append(mark(client, "connects", at))
        pending.append(waiting(client, 0, at, at + 60))
        sleeps += [
            slept("futex", Wait.LOCK, 280, at + 110, thread=thread, line=9),
            slept("accept4", Wait.ACCEPT, at + 120, at + 900, accepts=True, line=40),
        ]
    late = [neglect("D", 5, 3_900, 8_000), neglect("E", 4, 4_640, 8_000)]
    for index, (client, thread) in enumerate(zip(clients, threads, strict=True)):
        sleeps.append(
            slept("recvfrom", Wait.READ, 1_180 + 900 * index, 8_000 if index == 0 else 9_600,
                  clients=[client], thread=thread, line=14, neglected=tuple(late))
        )  # fmt: skip
    sleeps.append(slept("accept4", Wait.ACCEPT, 3_790, 4_610, accepts=True, line=40))
    sleeps.append(slept("accept4", Wait.ACCEPT, 4_700, 9_600, accepts=True, line=40))
    sleeps.append(
        slept("recvfrom", Wait.READ, 8_190, 9_600, clients=["D"], thread=threads[0], line=14)
    )
    marks += [
        mark("D", "connects", 3_700), mark("D", "sends", 3_900, 5), mark("E", "connects", 4_600),
        mark("E", "sends", 4_640, 4),
        mark("A", "closes", 7_990), mark("D", "receives", 8_180, 5),
    ]  # fmt: skip
    pending += [
        waiting("D", 0, 3_700, 3_760), waiting("D", 5, 3_900, 8_120), waiting("E", 0, 4_600, 4_660),
        waiting("E", 4, 4_640, 9_600),
    ]  # fmt: skip
    lives = [life(MAIN, "main", 0, 9_600, sleeps)]
    lives += [
        life(thread, f"thread {number}", 200 + 20 * number, 9_600, sleeps)
        for number, thread in enumerate(threads, start=2)
    ]
    return ledger(sleeps=sleeps, marks=marks, pending=pending, lives=lives, ended=9_600)


def asyncio_loop() -> Ledger:
    """A loop that is right but for one time.sleep() in a handler."""
    nap = (neglect("B", 5, 4_320, 54_310),)
    return ledger(
        sleeps=[
            slept("epoll_wait", Wait.READINESS, 350, 1_230, accepts=True),
            slept("epoll_wait", Wait.READINESS, 1_330, 2_180, clients=["A"], accepts=True),
            slept("epoll_wait", Wait.READINESS, 2_290, 3_300, clients=["A"], accepts=True),
            slept("epoll_wait", Wait.READINESS, 3_400, 4_100, clients=["A", "B"], accepts=True),
            slept("clock_nanosleep", Wait.TIMER, 4_250, 54_310, line=17, neglected=nap,
                  timeout_ns=50_000_000),
            slept("epoll_wait", Wait.READINESS, 54_520, 58_000, clients=["A", "B"], accepts=True),
        ],
        marks=[
            mark("A", "connects", 1_200), mark("A", "sends", 2_150, 3),
            mark("B", "connects", 3_270), mark("A", "sends", 4_090, 3),
            mark("B", "sends", 4_320, 5), mark("A", "receives", 54_360, 6),
            mark("B", "receives", 54_480, 5),
        ],
        pending=[
            waiting("A", 0, 1_200, 1_270), waiting("A", 3, 2_150, 2_220),
            waiting("B", 0, 3_270, 3_330), waiting("A", 3, 4_090, 4_180),
            waiting("B", 5, 4_320, 54_420),
        ],
        ended=58_000,
    )  # fmt: skip


LEDGERS = {
    "sequential": sequential,
    "thread-per-client": thread_per_client,
    "select": select_loop,
    "crowd": crowd,
    "spinning": spinning,
    "pool": pool,
    "asyncio": asyncio_loop,
}


def call(
    syscall: str, started: float, ended: float, result: str, *, is_asleep: bool = False
) -> PhaseCall:
    return PhaseCall(
        syscall=syscall,
        started_ns=int(started * US),
        ended_ns=int(ended * US),
        result=result,
        is_asleep=is_asleep,
    )


def phases_of(
    model: str,
    calls: Sequence[PhaseCall],
    *,
    arrived: float,
    wait: float,
    wake_up: float = 0,
    copy: float,
    size: int = 5,
) -> Phases:
    return Phases(
        client="A",
        number=3,
        model=model,
        size=size,
        arrived_ns=int(arrived * US),
        wait_ns=int(wait * US),
        wake_up_ns=int(wake_up * US),
        copy_ns=int(copy * US),
        calls=tuple(calls),
    )


def blocking() -> Phases:
    calls = [call("recvfrom", 40, 8_186, "5", is_asleep=True)]
    return phases_of("blocking", calls, arrived=8_170, wait=8_130, copy=16)


def non_blocking() -> Phases:
    calls = [call("recvfrom", 37.5 * n, 37.5 * n + 9, "EAGAIN") for n in range(1, 218)]
    calls.append(call("recvfrom", 8_190, 8_202, "5"))
    return phases_of("non-blocking", calls, arrived=8_160, wait=8_122, wake_up=30, copy=12)


def multiplexing(syscall: str = "pselect6") -> Phases:
    calls = [call(syscall, 60, 8_171, "1", is_asleep=True), call("recvfrom", 8_240, 8_251, "5")]
    return phases_of("select", calls, arrived=8_150, wait=8_090, wake_up=21, copy=11)


def signal_driven() -> Phases:
    calls = [
        call("rt_sigsuspend", 52, 8_168, "ERESTARTNOHAND", is_asleep=True),
        call("recvfrom", 8_270, 8_284, "5"),
    ]
    return phases_of("signal-driven", calls, arrived=8_140, wait=8_088, wake_up=28, copy=14)


def asynchronous() -> Phases:
    calls = [
        call("io_uring_enter", 35, 44, "1"),
        call("io_uring_enter", 61, 8_197, "0", is_asleep=True),
    ]
    return phases_of("io_uring", calls, arrived=8_175, wait=8_114, wake_up=22, copy=0)


MODELS = {
    "blocking": blocking,
    "non-blocking": non_blocking,
    "I/O multiplexing": multiplexing,
    "signal-driven": signal_driven,
    "asynchronous": asynchronous,
}
