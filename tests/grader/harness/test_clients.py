import socket
from collections.abc import Iterator

import pytest

from grader.harness import clients
from grader.harness.clients import MOST_AT_ONCE, TcpClient, UdpClient
from tests.grader.harness.sleepers import eventually


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def client(listener: socket.socket) -> Iterator[TcpClient]:
    client = TcpClient("A", port=listener.getsockname()[1])
    eventually(client.pump, until=lambda _: client.is_connected)
    yield client
    client.close()


@pytest.fixture
def server(listener: socket.socket, client: TcpClient) -> Iterator[socket.socket]:
    server, _ = listener.accept()
    with server:
        yield server


@pytest.fixture
def udp_server() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        yield server


@pytest.fixture
def udp_client(udp_server: socket.socket) -> Iterator[UdpClient]:
    client = UdpClient("A", port=udp_server.getsockname()[1])
    yield client
    client.close()


def heard(client: TcpClient | UdpClient, size: int) -> bytes:
    """Return what the client has heard once it is as much as this."""
    eventually(client.pump, until=lambda _: len(client.received) >= size)
    return bytes(client.received)


def test_a_client_that_is_connected_has_nothing_to_do(client: TcpClient) -> None:
    assert (client.is_connected, client.wants_to_write(), client.pump()) == (True, False, False)


def test_a_client_says_all_before_it_shuts_down(client: TcpClient, server: socket.socket) -> None:
    client.say(b"hel")
    client.shut_down()
    client.say(b"lo")
    client.pump()

    assert server.recv(9, socket.MSG_WAITALL) == b"hello"
    assert (client.pending, client.has_shut_down, client.trouble) == (0, True, "")


def test_a_client_hears_no_more_than_a_turns_worth_at_once(
    client: TcpClient, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "READ_SIZE", 10)
    monkeypatch.setattr(clients, "MOST_READ_AT_ONCE", 25)
    server.sendall(bytes(100))

    client.pump()

    assert len(client.received) == 30


def test_a_client_says_no_more_than_a_turns_worth_at_once(
    client: TcpClient, server: socket.socket
) -> None:
    client.say(bytes(MOST_AT_ONCE + 1))

    moved = client.pump()

    assert (moved, client.pending, client.wants_to_write()) == (True, 1, True)


def test_a_client_shuts_down_only_after_its_last_byte(
    client: TcpClient, server: socket.socket
) -> None:
    client.say(bytes(MOST_AT_ONCE + 1))
    client.shut_down()
    client.pump()
    first = client.has_shut_down

    client.pump()

    assert (first, client.has_shut_down, client.trouble) == (False, True, "")


def test_a_client_whose_server_does_not_read_keeps_the_rest(
    client: TcpClient, server: socket.socket
) -> None:
    client.say(bytes(1 << 25))
    while client.pump():
        pass

    assert client.pending > 0
    assert (client.wants_to_write(), client.trouble) == (True, "")


def test_a_client_hears_bytes_and_then_the_end(client: TcpClient, server: socket.socket) -> None:
    server.send(b"hello")
    server.shutdown(socket.SHUT_WR)

    eventually(client.pump, until=lambda _: client.has_end)

    assert (client.next(), client.has_end, client.trouble) == (b"hello", True, "")


def test_what_was_taken_is_not_next_again(client: TcpClient, server: socket.socket) -> None:
    server.send(b"hello")
    heard(client, 5)

    client.take(3)

    assert (client.next(), bytes(client.received), client.taken) == (b"lo", b"hello", 3)


def test_a_client_that_does_not_read_hears_it_later(
    client: TcpClient, server: socket.socket
) -> None:
    client.is_reading = False
    server.send(b"x")
    client.pump()
    before = client.next()

    client.is_reading = True

    assert (before, heard(client, 1)) == (b"", b"x")


def test_a_client_that_is_reset_says_so(client: TcpClient, server: socket.socket) -> None:
    client.say(b"x")
    client.pump()
    server.recv(1, socket.MSG_PEEK)
    server.close()  # With a byte unread: the kernel answers with RST.

    eventually(client.pump, until=lambda _: client.trouble)

    assert (client.trouble, client.wants_to_write(), client.pump()) == ("ECONNRESET", False, False)


def test_a_client_that_resets_is_heard_as_a_reset(client: TcpClient, server: socket.socket) -> None:
    client.reset()

    with pytest.raises(ConnectionResetError):
        server.recv(1)


def test_a_client_that_closes_is_heard_as_an_end(client: TcpClient, server: socket.socket) -> None:
    client.close()

    assert (server.recv(1), client.pump()) == (b"", False)


def test_a_client_that_nobody_listens_for_is_refused(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()

    client = TcpClient("A", port=port)
    eventually(client.pump, until=lambda _: client.trouble)
    client.close()

    assert (client.trouble, client.is_connected) == ("ECONNREFUSED", False)


def test_a_udp_client_says_each_thing_in_a_datagram_of_its_own(
    udp_client: UdpClient, udp_server: socket.socket
) -> None:
    udp_client.say(b"one")
    udp_client.say(b"two")
    wanted = udp_client.wants_to_write()
    moved = udp_client.pump()

    assert (wanted, moved, udp_client.wants_to_write()) == (True, True, False)
    assert [udp_server.recv(9), udp_server.recv(9)] == [b"one", b"two"]


def test_a_udp_client_takes_whole_datagrams(
    udp_client: UdpClient, udp_server: socket.socket
) -> None:
    for datagram in (b"one", b"three"):
        udp_server.sendto(datagram, ("127.0.0.1", udp_client.port))
    heard(udp_client, 8)

    first = udp_client.next()
    udp_client.take(3)

    assert (first, udp_client.next(), udp_client.taken) == (b"one", b"three", 3)


def test_a_datagram_without_a_byte_hides_none_behind_it(
    udp_client: UdpClient, udp_server: socket.socket
) -> None:
    for datagram in (b"", b"two"):
        udp_server.sendto(datagram, ("127.0.0.1", udp_client.port))

    assert heard(udp_client, 3) == b"two"
    assert udp_client.next() == b"two"


def test_a_udp_client_hears_only_its_server(udp_client: UdpClient) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"x", ("127.0.0.1", udp_client.port))

    assert (udp_client.pump(), udp_client.next(), udp_client.trouble) == (False, b"", "")


def test_a_udp_client_that_nobody_hears_is_refused(
    udp_client: UdpClient, udp_server: socket.socket
) -> None:
    udp_server.close()
    udp_client.say(b"x")
    udp_client.pump()

    eventually(udp_client.pump, until=lambda _: udp_client.trouble)

    assert (udp_client.trouble, udp_client.wants_to_write()) == ("ECONNREFUSED", False)


# Addresses to which nobody may bind or connect stand for ports that are all taken.
@pytest.mark.parametrize(
    ("kind", "address"), [(TcpClient, "192.0.2.1"), (UdpClient, "255.255.255.255")]
)
def test_a_client_that_gets_no_port_is_in_trouble(
    monkeypatch: pytest.MonkeyPatch, kind: type[TcpClient] | type[UdpClient], address: str
) -> None:
    monkeypatch.setattr(clients, "ALL_OF_LOOPBACK", address)

    client = kind("A", port=9)

    assert (client.port, client.trouble != "", client.wants_to_write()) == (0, True, False)
    client.close()
