import os
import socket
from collections.abc import Iterator

import pytest

from grader.harness.netlink import Kernel, Socket, TcpState
from tests.grader.harness.sleepers import eventually


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def client(listener: socket.socket) -> Iterator[socket.socket]:
    with socket.create_connection(listener.getsockname()) as client:
        yield client


@pytest.fixture
def server(listener: socket.socket, client: socket.socket) -> Iterator[socket.socket]:
    server, _ = listener.accept()
    with server:
        yield server


def port_of(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def inode_of(one: socket.socket) -> int:
    return os.fstat(one.fileno()).st_ino


def end(kernel: Kernel, listener: socket.socket, client_port: int, **wanted: int) -> Socket | None:
    """Return the server's end once it has these values."""
    return eventually(
        lambda: kernel.connection(server_port=port_of(listener), client_port=client_port),
        until=lambda seen: all(getattr(seen, name, None) == wanted[name] for name in wanted),
    )


def test_a_connection_that_nobody_accepted_has_no_inode(
    kernel: Kernel, listener: socket.socket, client: socket.socket
) -> None:
    client.send(b"hello")

    assert end(kernel, listener, port_of(client), received=5) == Socket(
        state=TcpState.ESTABLISHED,
        port=port_of(listener),
        inode=0,
        unread=5,
        unsent=0,
        received=5,
        written=0,
    )


def test_an_accepted_connection_has_the_inode_of_its_descriptor(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    assert end(kernel, listener, port_of(client)) == Socket(
        state=TcpState.ESTABLISHED,
        port=port_of(listener),
        inode=inode_of(server),
        unread=0,
        unsent=0,
        received=0,
        written=0,
    )


def test_received_counts_all_bytes_and_unread_those_that_lie_ready(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    client.send(b"hello")
    server.recv(2)

    seen = end(kernel, listener, port_of(client), received=5)

    assert seen is not None
    assert (seen.unread, seen.received, seen.has_client_end) == (3, 5, False)


def test_written_counts_what_was_sent_whether_it_is_taken_or_not(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    server.setblocking(False)
    written = server.send(bytes(1 << 25))

    seen = end(kernel, listener, port_of(client), written=written)

    assert seen is not None
    assert (seen.written, seen.unsent > 0) == (written, True)


def test_written_keeps_counting_what_the_client_has_taken(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    server.send(b"abc")
    client.recv(3)

    seen = end(kernel, listener, port_of(client), unsent=0)

    assert seen is not None
    assert (seen.written, seen.unsent) == (3, 0)


def test_the_clients_end_counts_as_received_and_not_as_unread(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    client.send(b"hello")
    client.shutdown(socket.SHUT_WR)

    seen = end(kernel, listener, port_of(client), state=TcpState.CLOSE_WAIT)

    assert seen is not None
    assert (seen.unread, seen.received, seen.has_client_end) == (5, 6, True)


def test_a_servers_end_that_was_read_to_its_end_has_nothing_unread(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    client.shutdown(socket.SHUT_WR)
    server.recv(1)

    seen = end(kernel, listener, port_of(client), state=TcpState.CLOSE_WAIT)

    assert seen is not None
    assert (seen.unread, seen.has_client_end) == (0, True)


def test_a_connection_that_both_closed_is_gone(
    kernel: Kernel, listener: socket.socket, client: socket.socket, server: socket.socket
) -> None:
    port = port_of(client)
    client.close()
    server.close()

    seen = eventually(
        lambda: kernel.connection(server_port=port_of(listener), client_port=port),
        until=lambda seen: seen is None,
    )

    assert seen is None


def test_a_connection_that_never_was_is_not_the_listener(
    kernel: Kernel, listener: socket.socket
) -> None:
    assert kernel.connection(server_port=port_of(listener), client_port=1) is None


def test_a_listener_counts_who_waits_to_be_accepted(kernel: Kernel) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=5) as listener:
        address = listener.getsockname()
        with socket.create_connection(address), socket.create_connection(address):
            seen = eventually(
                lambda: kernel.listener(address[1], transport="tcp"),
                until=lambda seen: seen and seen.unread == 2,
            )

        assert seen is not None
        assert (seen.state, seen.port, seen.inode) == (10, address[1], inode_of(listener))
        assert (seen.unread, seen.unsent) == (2, 5)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_listener_is_found_on_loopback_and_on_every_address(kernel: Kernel, address: str) -> None:
    with socket.create_server((address, 0)) as listener:
        seen = kernel.listener(port_of(listener), transport="tcp")

        assert seen is not None
        assert (seen.inode, seen.unread) == (inode_of(listener), 0)


def test_a_port_that_is_bound_and_not_listening_has_no_listener(kernel: Kernel) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))

        assert kernel.listener(port_of(bound), transport="tcp") is None


def test_a_udp_socket_is_found_by_its_port(kernel: Kernel) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        assert kernel.listener(port_of(server), transport="udp") == Socket(
            state=TcpState.CLOSE,
            port=port_of(server),
            inode=inode_of(server),
            unread=0,
            unsent=0,
            received=0,
            written=0,
        )


def test_a_udp_socket_with_a_datagram_has_something_unread(kernel: Kernel) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.sendto(b"x", server.getsockname())

        seen = eventually(
            lambda: kernel.listener(port_of(server), transport="udp"),
            until=lambda seen: seen and seen.unread,
        )

    # Memory, not bytes: udp_rqueue_get() in net/ipv4/udp_diag.c counts whole packet buffers.
    assert seen is not None
    assert seen.unread > 1


def test_a_udp_port_that_nobody_has_is_not_found(kernel: Kernel) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = port_of(server)

    assert kernel.listener(port, transport="udp") is None


def test_served_ports_are_those_of_listeners_of_both_families(
    kernel: Kernel, listener: socket.socket, client: socket.socket
) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        served = kernel.served_ports(transport="tcp")

        assert {port_of(listener), port_of(other)} <= set(served)
        assert port_of(client) not in served
        assert served == sorted(set(served))


def test_served_ports_of_udp_are_those_of_bound_sockets(kernel: Kernel) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        assert port_of(server) in kernel.served_ports(transport="udp")
