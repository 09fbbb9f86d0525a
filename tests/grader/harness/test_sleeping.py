import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.harness.sleeping import Endpoints, decode
from grader.harness.threads import look
from iomodels.record import Sleep
from tests.grader.harness.sleepers import asleep, eventually, sleeper
from tests.iomodels.examples import sleep

MINUTE_NS = 60 * 10**9
MINUTE = 'struct.pack("qq", 60, 0)'
FILL = "\nwhile True: os.write(a.fileno(), bytes(65536))"
EPOLL = "e = select.epoll(); e.register(a, 1); e.register(b, 1)\n"
POLL = "p = select.poll(); p.register(b, select.POLLIN)\n"
TIMER = """
libc = ctypes.CDLL(None)
t = libc.timerfd_create(1, 0)
e.register(t, select.EPOLLIN)
"""
SET_TIMER = "libc.timerfd_settime(t, 0, struct.pack('qqqq', 0, 0, 60, 0), None)\n"
WATCHES_B = sleep("epoll_wait", "B", accepts=True)


@pytest.fixture
def ends() -> Iterator[list[socket.socket]]:
    """Return a listening socket and the server's ends of A and B."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in "AB"]
        ends = [listener.accept()[0] for _ in clients]
        yield [listener, *ends]
        for one in (*ends, *clients):
            one.close()


def endpoints(ends: list[socket.socket]) -> Endpoints:
    listener, a, b = (os.fstat(end.fileno()).st_ino for end in ends)
    return Endpoints(clients={a: "A", b: "B"}, listener=listener)


def decoded(ends: list[socket.socket], code: str, syscall: str) -> Sleep:
    """Return the sleep of a program that falls asleep in this call, as of a thread number 1."""
    with sleeper(f"listener, a, b = sockets\n{code}", *ends) as process:
        (thread,) = asleep(process, syscall)
        found = decode(thread, endpoints(ends))
        assert found.thread_id == process.pid
        return replace(found, thread_id=1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a.recv(1)", sleep("recvfrom", "A")),
        ("os.read(b.fileno(), 1)", sleep("read", "B")),
        ("os.read(0, 1)", sleep("read")),
        (
            f"a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, {MINUTE}); a.recv(1)",
            sleep("recvfrom", "A", timeout_ns=MINUTE_NS),
        ),
        (
            f"a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, {MINUTE}); a.recv(1)",
            sleep("recvfrom", "A"),
        ),
        (FILL, sleep("write", "A")),
        ("a.sendall(bytes(1 << 26))", sleep("sendto", "A")),
        (
            f"a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, {MINUTE}){FILL}",
            sleep("write", "A", timeout_ns=MINUTE_NS),
        ),
        ("listener.accept()", sleep("accept4")),
        ("select.select([a, b], [], [])", sleep("pselect6", "A", "B")),
        ("select.select([listener], [], [b])", sleep("pselect6", "B", accepts=True)),
        (
            "select.select([a], [], [], 60)",
            sleep("pselect6", "A", timeout_ns=MINUTE_NS),
        ),
        (f"{POLL}p.poll()", sleep("poll", "B")),
        (f"{POLL}p.register(listener, 1); p.poll()", sleep("poll", "B", accepts=True)),
        (f"{EPOLL}e.poll()", sleep("epoll_wait", "A", "B")),
        (f"{EPOLL}e.poll(60)", sleep("epoll_wait", "A", "B", timeout_ns=MINUTE_NS)),
        (f"{EPOLL}e.register(listener, 1); e.unregister(a); e.poll()", WATCHES_B),
        (f"{EPOLL}{TIMER}e.poll()", sleep("epoll_wait", "A", "B")),
        (f"{POLL}p.poll(60_000)", sleep("poll", "B", timeout_ns=MINUTE_NS)),
        ("b.settimeout(60); b.recv(1)", sleep("poll", "B", timeout_ns=MINUTE_NS)),
        ("lock = threading.Lock(); lock.acquire(); lock.acquire()", sleep("futex")),
        ("os.fork() or os.read(0, 1) or os._exit(0); os.wait()", sleep("wait4")),
        ("signal.pause()", sleep("pause")),
        (
            "signal.sigtimedwait([signal.SIGUSR1], 60)",
            sleep("rt_sigtimedwait", timeout_ns=MINUTE_NS),
        ),
        (
            "signal.signal(signal.SIGALRM, print); signal.alarm(60); a.recv(1)",
            sleep("recvfrom", "A", timeout_ns=0),
        ),
    ],
)
def test_a_sleep_is_decoded_with_who_can_end_it(
    ends: list[socket.socket], code: str, expected: Sleep
) -> None:
    assert decoded(ends, code, expected.syscall) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sleep(60)", sleep("clock_nanosleep")),
        ("threading.Event().wait(60)", sleep("futex")),
        (f"{EPOLL}{TIMER}{SET_TIMER}e.poll()", sleep("epoll_wait", "A", "B")),
        (f"{EPOLL}{TIMER}{SET_TIMER}e.poll(3600)", sleep("epoll_wait", "A", "B")),
    ],
)
def test_a_sleep_until_a_moment_is_decoded_with_what_is_left_of_it(
    ends: list[socket.socket], code: str, expected: Sleep
) -> None:
    found = decoded(ends, code, expected.syscall)

    assert replace(found, timeout_ns=None) == expected
    assert MINUTE_NS / 2 < (found.timeout_ns or 0) <= MINUTE_NS


def test_on_udp_one_socket_hears_everybody() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as server,
        sleeper("sockets[0].recv(1)", server) as it,
    ):
        (thread,) = asleep(it, "recvfrom")
        inode = os.fstat(server.fileno()).st_ino

        found = decode(thread, Endpoints(clients={}, listener=inode, everybody=("A", "B")))

    assert found == sleep("recvfrom", "A", "B", thread_id=it.pid)


def test_clients_are_named_in_the_order_in_which_they_connected() -> None:
    known = Endpoints(clients={7: "A", 3: "B", 5: "C"}, listener=9)

    assert known.names([3, 7, 9, 1]) == ("A", "B")


def test_a_call_that_was_stopped_and_goes_on_wakes_nobody_knows_when(
    ends: list[socket.socket],
) -> None:
    with sleeper("p = select.poll(); p.poll(60_000)") as process:
        asleep(process, "poll")
        process.send_signal(signal.SIGSTOP)
        eventually(lambda: look([process.pid]), until=lambda seen: seen[0].state == "T")
        process.send_signal(signal.SIGCONT)

        (thread,) = asleep(process, "restart_syscall")

        assert decode(thread, endpoints(ends)) == sleep(
            "restart_syscall", thread_id=process.pid, timeout_ns=0
        )


def test_a_program_that_is_gone_can_still_be_decoded(ends: list[socket.socket]) -> None:
    with sleeper("sleep(60)", *ends) as process:
        (thread,) = asleep(process, "clock_nanosleep")

    assert decode(thread, endpoints(ends)) == sleep(
        "clock_nanosleep", thread_id=process.pid, timeout_ns=0
    )
