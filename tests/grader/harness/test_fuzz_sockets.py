"""Clients whose server does what it likes to their connections, and the kernel's answers."""

import contextlib
import errno
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness import clients
from grader.harness.clients import TcpClient, UdpClient
from grader.harness.journal import Journal
from grader.harness.netlink import HEADER, Kernel, Socket
from tests.fuzzing import fuzz, mutated_bytes
from tests.grader.harness.sleepers import eventually

LINGER = struct.pack("ii", 1, 0)
# Who acts, how, and with which bytes.
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["server sends", "urgent", "server takes", "half-close", "reset", "close",
             "client says", "pump", "shut down", "stop", "read", "take"]
        ),
        st.binary(max_size=30),
        st.sampled_from([1, 1, 1, 1000]),
    ),
    max_size=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


class Server:
    """One connection's other end; `sent` is what it could hand to its kernel."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sent = b""
        self.is_reset = False
        connection.setblocking(False)

    def act(self, deed: str, content: bytes) -> None:
        with contextlib.suppress(OSError):
            match deed:
                case "server sends":
                    self.sent += content[: self.connection.send(content)]
                case "urgent" if content:
                    self.sent += content[: self.connection.send(content, socket.MSG_OOB)]
                case "server takes":
                    self.connection.recv(1 << 16)
                case "half-close":
                    self.connection.shutdown(socket.SHUT_WR)
                case "reset":
                    self.is_reset = True
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
                    self.connection.close()
                case "close":
                    self.is_reset = True  # With bytes unread its kernel answers so.
                    self.connection.close()
                case _:
                    pass


def play(client: TcpClient | UdpClient, deed: str, content: bytes) -> None:
    match deed:
        case "client says" if content and not getattr(client, "has_shut_down", False):
            client.say(content)
        case "pump":
            client.pump()
        case "shut down" if isinstance(client, TcpClient):
            client.shut_down()
        case "stop":
            client.stop_reading()
        case "read":
            client.read_again()
        case "take":
            client.take(len(client.next()) // 2 if isinstance(client, TcpClient) else 1)
        case _:
            pass


@fuzz
@given(DEEDS)
def test_a_client_hears_what_was_sent_whatever_else_is_done(
    listener: socket.socket, deeds: list[tuple[str, bytes, int]]
) -> None:
    client = TcpClient("A", port=listener.getsockname()[1])
    server = Server(listener.accept()[0])
    for deed, content, times in deeds:
        server.act(deed, content * times)
        play(client, deed, content * times)
        assert server.sent.startswith(client.received)
        assert client.next() == client.received[client.taken :]
    client.read_again()
    server.act("half-close", b"")
    over = client.trouble or server.connection.fileno() < 0
    while not over and not client.has_end:  # Loopback has delivered it all already.
        over = not client.pump() or client.trouble

    assert server.is_reset or client.received == server.sent
    assert not client.trouble or client.trouble in errno.errorcode.values()
    assert client.handed <= len(client.sent)
    client.reset()  # No connection is to linger.
    server.connection.close()


@fuzz
@given(DEEDS)
def test_a_client_hears_whole_datagrams_whatever_else_is_done(
    deeds: list[tuple[str, bytes, int]],
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        client = UdpClient("A", port=server.getsockname()[1])
        sent: list[bytes] = []
        for deed, content, times in deeds:
            if deed == "server sends":
                server.sendto(content * times, ("127.0.0.1", client.port))
                sent += [content * times] * bool(content)
            elif deed == "close":
                server.close()
                break
            elif deed != "take" or client.next():
                play(client, deed, content * times)
            assert bool(client.next()) is (len(client.received) > client.taken)
        client.read_again()
        for _ in range(3 + len(deeds)):  # Each refusal that the kernel tells of ends a turn.
            client.pump()
        client.close()

    assert bytes(client.received) == b"".join(sent)
    assert client.trouble in ("", "ECONNREFUSED")


def hear(client: TcpClient, size: int) -> None:
    eventually(client.pump, until=lambda _: len(client.received) >= size)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_flood_is_heard_up_to_a_limit(
    transport: str, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST_UNASKED", 3 << 20)
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(type=kind) as bound:
        bound.bind(("127.0.0.1", 0))
        port = (listener if transport == "tcp" else bound).getsockname()[1]
        client = TcpClient("A", port=port) if transport == "tcp" else UdpClient("A", port=port)
        server = listener.accept()[0] if transport == "tcp" else bound
        server.connect(("127.0.0.1", client.port)) if transport == "udp" else None
        flood = threading.Thread(target=_send_for_ever, args=(server,), daemon=True)
        flood.start()

        eventually(client.pump, until=lambda _: not client.is_reading)
        heard, moved = len(client.received), client.pump()
        client.close()
        server.close()
        flood.join()

    assert 3 << 20 < heard <= (3 << 20) + clients.READ_SIZE
    assert moved is False


def test_floods_of_many_clients_are_heard_up_to_a_limit_of_all(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST_UNASKED_OF_ALL", 100)
    journal, port = Journal(), listener.getsockname()[1]
    pairs = [(TcpClient(name, port=port, journal=journal), listener.accept()[0]) for name in "AB"]
    for client, server in pairs:
        server.send(bytes(70))
        hear(client, 70)

    reading = [client.is_reading for client, _ in pairs]
    for client, server in pairs:
        client.close()
        server.close()

    assert reading == [True, False]


def test_a_client_that_is_answered_as_much_as_it_says_reads_on(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST_UNASKED", 100)
    client = TcpClient("A", port=listener.getsockname()[1])
    server = listener.accept()[0]
    client.say(bytes(1000))
    server.send(bytes(1000))
    hear(client, 1000)
    client.close()
    server.close()

    assert (client.is_reading, len(client.received)) == (True, 1000)


class FakeNetlink:
    """A socket over which the kernel answers whatever it is asked."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def send(self, question: bytes) -> int:
        return len(question)

    def recv(self, size: int) -> bytes:
        answer, self._answer = self._answer[:size], b""
        return answer


def _answers() -> list[bytes]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            kernel = Kernel()
            kernel._netlink = netlink = _Recording(kernel._netlink)  # type: ignore[assignment]
            kernel.listener(port, transport="tcp")
            kernel.listener(1, transport="tcp")
            kernel.served_ports(transport="tcp")
            kernel.close()
    return netlink.answers


class _Recording:
    def __init__(self, netlink: socket.socket) -> None:
        self._netlink, self.answers = netlink, list[bytes]()
        self.send, self.close = netlink.send, netlink.close

    def recv(self, size: int) -> bytes:
        self.answers.append(self._netlink.recv(size))
        return self.answers[-1]


@fuzz
@given(mutated_bytes(_answers()), st.booleans())
def test_an_answer_of_the_kernels_is_understood_or_refused(answer: bytes, is_dump: bool) -> None:  # noqa: FBT001
    kernel = Kernel()
    kernel.close()
    kernel._netlink = FakeNetlink(answer)  # type: ignore[assignment]

    with contextlib.suppress(OSError):
        if is_dump:
            ports = kernel.served_ports(transport="tcp")
            assert len(ports) <= 1 + len(answer) // HEADER.size
        else:
            found = kernel.listener(7, transport="tcp")
            assert found is None or isinstance(found, Socket)


@pytest.mark.parametrize("answer", [b"", bytes(3), HEADER.pack(0, 20, 0, 1, 0) + bytes(80)])
def test_an_answer_that_is_none_is_refused(answer: bytes) -> None:
    kernel = Kernel()
    kernel.close()
    kernel._netlink = FakeNetlink(answer)  # type: ignore[assignment]

    with pytest.raises(OSError, match="this is no answer"):
        kernel.served_ports(transport="tcp")


def _send_for_ever(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            server.send(bytes(60_000))
