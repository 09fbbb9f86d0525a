"""Whom a readiness call watches, and for how long."""

import pytest

from iomodels.replay import Story, Watch
from tests.iomodels.traces import SECOND_NS, analysed

TWO = """
    1 0.001 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>
    1 0.002 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>
"""
LOG = "0.001 A connects\n0.002 B connects\n0.011 A sends 1"
MILLISECOND_NS = SECOND_NS // 1000


def told(trace: str) -> Story:
    return analysed(trace, LOG).story


def last(call: str) -> Watch:
    return told(f"{TWO} 1 0.010 {call} <0.0021>").threads[1].watches[-1]


def added(descriptor: str, *, at: float, events: str = "EPOLLIN", data: int = 4) -> str:
    entry = f"{{events={events}, data={{u32={data}, u64={data}}}}}"
    return f"1 {at} epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, {descriptor}, {entry}) = 0 <0.0001>\n"


@pytest.mark.parametrize(
    ("call", "clients", "accepts", "others"),
    [
        ("poll([{fd=3<LISTENER>, events=POLLIN}, {fd=4<AC>, events=POLLIN}], 2, -1) = 1", ("A",), True, False),
        ("poll([{fd=4<AC>, events=POLLOUT}, {fd=5<BC>, events=POLLIN|POLLOUT}], 2, -1) = 1", ("B",), False, False),
        ("poll([{fd=4<AC>, events=POLLRDNORM}, {fd=-1}], 2, -1) = 1", ("A",), False, False),
        ("ppoll([{fd=4<AC>, events=POLLIN}, {fd=7<pipe:[5]>, events=POLLIN}], 2, NULL, NULL, 8) = 1", ("A",), False, True),
        ("pselect6(6, [3<LISTENER> 4<AC> 5<BC>], [], [], NULL, NULL) = 1 (in [4])", ("A", "B"), True, False),
        ("select(6, [4<AC>], [5<BC>], [], NULL) = 1 (in [4])", ("A",), False, False),
        ("select(6, NULL, [4<AC>], NULL, NULL) = 1 (out [4])", (), False, False),
        ("select(0, NULL, NULL, NULL, {tv_sec=0, tv_usec=9}) = 0 (Timeout)", (), False, False),
        ("select(6, 0x7f, NULL, NULL, NULL) = -1 EFAULT (Bad address)", (), False, False),
        ("poll(0x7f, 2, -1) = -1 EFAULT (Bad address)", (), False, False),
        ("select(9, [8<UNIX:[1->2]>], NULL, NULL, NULL) = 1 (in [8])", (), False, True),
    ],
)  # fmt: skip
def test_covered(call: str, clients: tuple[str, ...], *, accepts: bool, others: bool) -> None:
    watch = last(call)

    assert (watch.clients, watch.accepts, watch.others) == (clients, accepts, others)


@pytest.mark.parametrize(
    ("call", "timeout_ns"),
    [
        ("poll([{fd=4<AC>, events=POLLIN}], 1, -1) = 1", None),
        ("poll([{fd=4<AC>, events=POLLIN}], 1, 50) = 0 (Timeout)", 50 * MILLISECOND_NS),
        ("poll([{fd=4<AC>, events=POLLIN}], 1, 0) = 0 (Timeout)", 0),
        ("ppoll([{fd=4<AC>, events=POLLIN}], 1, NULL, NULL, 8) = 1", None),
        ("ppoll([{fd=4<AC>, events=POLLIN}], 1, {tv_sec=1, tv_nsec=5}, NULL, 8) = 0 (Timeout)", SECOND_NS + 5),
        ("select(5, [4<AC>], NULL, NULL, NULL) = 1", None),
        ("select(5, [4<AC>], NULL, NULL, {tv_sec=0, tv_usec=7}) = 0 (Timeout)", 7000),
        ("pselect6(5, [4<AC>], NULL, NULL, {tv_sec=2, tv_nsec=0}, NULL) = 0 (Timeout)", 2 * SECOND_NS),
        ("pselect6(5, [4<AC>], NULL, NULL, {tv_sec=0, tv_nsec=0}, NULL) = 0 (Timeout)", 0),
        ("epoll_wait(9<EPOLL>, [], 9, 50) = 0", 50 * MILLISECOND_NS),
        ("epoll_wait(9<EPOLL>, [], 9, -1) = 0", None),
        ("epoll_pwait(9<EPOLL>, [], 9, 20, NULL, 8) = 0", 20 * MILLISECOND_NS),
        ("epoll_pwait(9<EPOLL>, [], 9, -1, [INT], 8) = 0", None),
        ("epoll_pwait2(9<EPOLL>, [], 9, {tv_sec=0, tv_nsec=9}, NULL, 8) = 0", 9),
        ("epoll_pwait2(9<EPOLL>, [], 9, NULL, NULL, 8) = 0", None),
    ],
)  # fmt: skip
def test_timeout(call: str, timeout_ns: int | None) -> None:
    watch = last(call)

    assert (watch.timeout_ns, watch.may_sleep) == (timeout_ns, timeout_ns != 0)


def test_epoll_list_changes_over_time() -> None:
    story = told(
        TWO
        + added("4<AC>", at=0.003)
        + """
    1 0.004 epoll_wait(9<EPOLL>, [], 9, 1) = 0 <0.001>
    1 0.006 epoll_ctl(9<EPOLL>, EPOLL_CTL_DEL, 4<AC>, NULL) = 0 <0.0001>
    1 0.007 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 5<BC>, {events=EPOLLIN, data={u32=5, u64=5}}) = 0 <0.0001>
    1 0.008 epoll_wait(9<EPOLL>, [], 9, -1) = 0 <0.001>
    """
    )

    first, second = story.threads[1].watches[-2:]
    assert [first.covers(client, 4_500_000) for client in "AB"] == [True, False]
    assert [second.covers(client, 8_500_000) for client in "AB"] == [False, True]


def test_epoll_list_that_another_thread_changes_meanwhile_is_in_force_at_once() -> None:
    story = told(
        TWO
        + """
    1 0.003 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2 <0.0001>
    2 0.004 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1 <0.008>
    """
        + added("4<AC>", at=0.006)
    )

    (watch,) = story.threads[2].watches
    assert [watch.covers("A", at_ns) for at_ns in (5_000_000, 7_000_000)] == [False, True]


@pytest.mark.parametrize(
    ("events", "covers"),
    [("EPOLLIN", True), ("EPOLLIN|EPOLLOUT|EPOLLET", True), ("EPOLLOUT", False), ("0", False)],
)
def test_epoll_watches_for_what_it_was_told_to(events: str, *, covers: bool) -> None:
    story = told(
        TWO
        + added("4<AC>", at=0.003)
        + f"""
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_MOD, 4<AC>, {{events={events}, data={{u32=4, u64=4}}}}) = 0 <0.0001>
    1 0.005 epoll_wait(9<EPOLL>, [], 9, -1) = 0 <0.003>
    """
    )

    assert story.threads[1].watches[-1].covers("A", 6_000_000) is covers
    assert story.edge_triggered is ("EPOLLET" in events)


def test_refused_change_of_an_epoll_list_is_none() -> None:
    story = told(
        TWO
        + """
    1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {events=EPOLLIN, data={u32=4, u64=4}}) = -1 EPERM (Not permitted) <0.0001>
    1 0.005 epoll_wait(9<EPOLL>, [], 9, -1) = 0 <0.003>
    """
    )

    assert story.threads[1].watches[-1].covers("A", 6_000_000) is False


def test_one_shot_entry_is_off_the_list_once_it_was_told() -> None:
    story = told(
        TWO
        + added("4<AC>", at=0.003, events="EPOLLIN|EPOLLONESHOT")
        + added("5<BC>", at=0.004, events="EPOLLIN|EPOLLONESHOT", data=5)
        + """
    1 0.005 epoll_wait(9<EPOLL>, [{events=EPOLLIN, data={u32=4, u64=4}}], 9, -1) = 1 <0.001>
    1 0.007 epoll_wait(9<EPOLL>, [], 9, -1) = 0 <0.001>
    1 0.009 epoll_ctl(9<EPOLL>, EPOLL_CTL_MOD, 4<AC>, {events=EPOLLIN|EPOLLONESHOT, data={u32=4, u64=4}}) = 0 <0.0001>
    1 0.010 epoll_wait(9<EPOLL>, [], 9, -1) = 0 <0.001>
    """
    )

    first, second, third = story.threads[1].watches[-3:]
    assert [first.covers(client, 5_500_000) for client in "AB"] == [True, True]
    assert [second.covers(client, 7_500_000) for client in "AB"] == [False, True]
    assert [third.covers(client, 10_500_000) for client in "AB"] == [True, True]


def test_looks_that_find_nothing_are_spins_and_refused_reads() -> None:
    story = told(
        f"""{TWO}
    1 0.003 fcntl(4<AC>, F_SETFL, O_RDWR|O_NONBLOCK) = 0 <0.0001>
    1 0.004 read(4<AC>, 0x7f, 9) = -1 EAGAIN (Not now) <0.0001>
    1 0.005 poll([{{fd=4<AC>, events=POLLIN}}], 1, 0) = 0 (Timeout) <0.0001>
    1 0.006 poll([{{fd=4<AC>, events=POLLIN}}], 1, 0) = 1 <0.0001>
    1 0.007 epoll_wait(9<EPOLL>, [], 9, 0) = 0 <0.0001>
    """
    )

    assert (story.refused_reads, story.spins) == (1, 2)


def test_two_instances_that_seem_to_watch_each_other_are_one_set() -> None:
    # An instance that came in over a unix socket looks like the closed one whose number it has.
    story = told(
        f"""{TWO}
        1 0.003 epoll_ctl(8<EPOLL>, EPOLL_CTL_ADD, 4<AC>, {{events=EPOLLIN}}) = 0 <0.0001>
        1 0.004 epoll_ctl(9<EPOLL>, EPOLL_CTL_ADD, 8<EPOLL>, {{events=EPOLLIN}}) = 0 <0.0001>
        1 0.005 epoll_ctl(8<EPOLL>, EPOLL_CTL_ADD, 9<EPOLL>, {{events=EPOLLIN}}) = 0 <0.0001>
        1 0.010 epoll_wait(9<EPOLL>, [], 9, -1) = 1 <0.0021>
        """
    )

    watch = story.threads[1].watches[-1]

    assert (watch.clients, watch.covers("A", 11 * MILLISECOND_NS)) == (("A",), True)
