import socket
from collections.abc import Iterator

import pytest

from grader.harness.netlink import Kernel
from grader.harness.wires import UdpWires
from iomodels.record import Connection
from tests.iomodels.examples import connection


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server


@pytest.fixture
def wires(server: socket.socket) -> Iterator[UdpWires]:
    kernel = Kernel()
    wires = UdpWires(kernel, port=server.getsockname()[1])
    for name in "AB":
        wires.connect(name)
    yield wires
    wires.close()
    kernel.close()


def after(wires: UdpWires, *said: tuple[str, bytes]) -> tuple[Connection, ...]:
    """Return the server's ends after the clients have said this."""
    for name, content in said:
        wires.clients[name].say(content)
        wires.clients[name].pump()
    wires.is_all_delivered()
    return wires.connections()


def test_unread_datagrams_are_counted_in_bytes_for_whom_they_are(wires: UdpWires) -> None:
    seen = after(wires, ("B", b"hel"), ("B", b"lo"))

    assert seen == (connection("A"), connection("B", unread=5))


def test_what_the_server_has_read_is_not_counted(wires: UdpWires, server: socket.socket) -> None:
    after(wires, ("A", b"hello"))
    server.recv(5)
    read = after(wires)

    seen = after(wires, ("A", b"x"))

    assert (read, seen) == (
        (connection("A"), connection("B")),
        (connection("A", unread=1), connection("B")),
    )


def test_a_client_that_comes_back_begins_anew(wires: UdpWires, server: socket.socket) -> None:
    after(wires, ("B", b"hello"))
    server.recv(5)
    after(wires)
    gone = wires.clients["B"]
    gone.close()
    wires.remove(gone)
    wires.connect("B")

    assert after(wires, ("B", b"x")) == (connection("A"), connection("B", unread=1))


def test_bytes_that_the_kernel_has_not_taken_are_not_unread(wires: UdpWires) -> None:
    wires.clients["A"].say(b"not yet")

    assert after(wires, ("B", b"x")) == (connection("A"), connection("B", unread=1))
