"""Whether anything is on its way between the clients and the server; whose each connection is."""

import time

from grader.harness.barrier import Barrier
from grader.harness.clients import TcpClient, UdpClient
from grader.harness.journal import Journal
from grader.harness.netlink import Kernel, Socket, TcpState
from grader.harness.sleeping import Endpoints
from iomodels.record import Connection

SERVER_CLOSED = (
    TcpState.FIN_WAIT1,
    TcpState.FIN_WAIT2,
    TcpState.CLOSING,
    TcpState.TIME_WAIT,
    TcpState.LAST_ACK,
    TcpState.CLOSE,
)
DEFERRED_NS = 50_000_000  # The last packet of a handshake takes microseconds on loopback.
HALF_OPEN = (TcpState.SYN_RECV, TcpState.NEW_SYN_RECV)


class TcpWires:
    """The connections of one server's TCP clients, both ends compared."""

    def __init__(self, kernel: Kernel, *, port: int, journal: Journal | None = None) -> None:
        self._kernel, self.port = kernel, port
        self.journal = journal or Journal()
        self.clients: dict[str, TcpClient] = {}
        self._departed: list[int] = []
        self._half_open_ns: dict[int, int] = {}
        self._ends: dict[str, Socket | None] = {}
        self._listener: Socket | None = None

    def connect(self, name: str) -> TcpClient:
        self.clients[name] = TcpClient(name, port=self.port, journal=self.journal)
        return self.clients[name]

    def remove(self, client: TcpClient) -> None:
        """Forget a client that was closed, once the server's kernel has heard of it."""
        self._departed.append(client.port)
        del self.clients[client.name]

    @property
    def is_queue_full(self) -> bool:
        """Whether the kernel refuses further connections until the server accepts some."""
        found = self.look_for_listener()
        return bool(found and found.unread > found.unsent)

    def served_ports(self) -> list[int]:
        """Return the ports that anybody serves, for a server that is not found on its own."""
        return self._kernel.served_ports(transport="tcp")

    def look_for_listener(self) -> Socket | None:
        self._listener = self._kernel.listener(self.port, transport="tcp")
        return self._listener

    def is_all_delivered(self) -> bool:
        """Return whether the server's kernel has all that the clients' kernels could send it."""
        self.look_for_listener()
        self._ends = {
            name: self._kernel.connection(server_port=self.port, client_port=client.port)
            for name, client in self.clients.items()
        }
        self._departed = [port for port in self._departed if not self._has_noticed(port)]
        return not self._departed and all(
            self._is_delivered(client, self._ends[name]) for name, client in self.clients.items()
        )

    def is_all_heard(self) -> bool:
        """Return whether the clients have read all that the server wrote to those who read."""
        return all(self._is_heard(client) for client in self.clients.values())

    def endpoints(self) -> Endpoints:
        return Endpoints(
            clients={end.inode: name for name, end in self._ends.items() if end and end.inode},
            listener=self._listener.inode if self._listener else None,
        )

    def connections(self) -> tuple[Connection, ...]:
        """Return the server's end of each connection that still has one."""
        return tuple(
            Connection(
                client=name,
                is_accepted=bool(end and (end.inode or end.state in SERVER_CLOSED)),
                unread=end.unread if end else 0,
                unsent=end.unsent if end else 0,
            )
            for name, end in self._ends.items()
            if end or not (self.clients[name].is_connected or self.clients[name].trouble)
            if not (end and end.state in HALF_OPEN and self._is_deferred(self.clients[name]))
        )

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def _has_noticed(self, port: int) -> bool:
        end = self._kernel.connection(server_port=self.port, client_port=port)
        # With bytes unread the FIN may be stuck behind a full window; those wake the server too.
        return end is None or end.state != TcpState.ESTABLISHED or end.unread > 0

    def _is_delivered(self, client: TcpClient, end: Socket | None) -> bool:
        if client.trouble:
            return True
        if client.is_connected and end and end.state in HALF_OPEN:
            return self.is_queue_full or self._is_deferred(client)
        if not client.is_connected:
            return self.is_queue_full
        if end is None or end.state in SERVER_CLOSED or end.unread > 0:
            return True
        if client.has_shut_down and not end.has_client_end:
            return False
        return end.received >= client.handed

    def _is_deferred(self, client: TcpClient) -> bool:
        """Whether the server's kernel keeps back a connection until bytes come, tcp(7).

        TCP_DEFER_ACCEPT is not seen from outside, but nothing else leaves a connection half-open
        for long when the queue has room.
        """
        since_ns = self._half_open_ns.setdefault(client.port, time.monotonic_ns())
        return not client.handed and time.monotonic_ns() - since_ns > DEFERRED_NS

    def _is_heard(self, client: TcpClient) -> bool:
        if client.trouble or not client.is_connected or not client.is_reading:
            return True
        end = self._kernel.connection(server_port=self.port, client_port=client.port)
        if end is None or (end.state in SERVER_CLOSED and not end.inode and not end.written):
            return client.has_end
        # What the client has not acknowledged still fills the server's send buffer, and the
        # acknowledgement, when it comes, may wake a server that waits for room.
        has_room = not end.unsent or not end.inode
        return has_room and end.written <= len(client.received) + client.has_end


class UdpWires:
    """The datagrams between one server and its UDP clients."""

    def __init__(self, kernel: Kernel, *, port: int, journal: Journal | None = None) -> None:
        self._kernel, self.port = kernel, port
        self.journal = journal or Journal()
        self.clients: dict[str, UdpClient] = {}
        self._barrier = Barrier()
        self._server: Socket | None = None
        self._read: dict[str, int] = {}  # What each had said when nothing was left unread.

    is_queue_full = False

    def connect(self, name: str) -> UdpClient:
        self.clients[name] = UdpClient(name, port=self.port, journal=self.journal)
        self._read.pop(name, None)
        return self.clients[name]

    def remove(self, client: UdpClient) -> None:
        del self.clients[client.name]

    def served_ports(self) -> list[int]:
        """Return the ports that anybody serves, for a server that is not found on its own."""
        ours = {client.port for client in self.clients.values()} | self._barrier.ports
        return [port for port in self._kernel.served_ports(transport="udp") if port not in ours]

    def look_for_listener(self) -> Socket | None:
        self._server = self._kernel.listener(self.port, transport="udp")
        return self._server

    def is_all_delivered(self) -> bool:
        self._barrier.pass_through()
        server = self.look_for_listener()
        if server and not server.unread:
            self._read |= {name: client.handed for name, client in self.clients.items()}
        return True

    def is_all_heard(self) -> bool:
        """Wait for datagrams under way, and return whether every client has heard what came."""
        self._barrier.pass_through()
        return sum(client.pump() for client in self.clients.values()) == 0

    def endpoints(self) -> Endpoints:
        return Endpoints(
            clients={},
            listener=self._server.inode if self._server else None,
            everybody=tuple(self.clients),
        )

    def connections(self) -> tuple[Connection, ...]:
        """Return what each client has said since the server had last read everything.

        Of a UDP socket the kernel tells the memory that its datagrams take up (a datagram of one
        byte: 832), not their bytes, and not whose they are.
        """
        has_unread = bool(self._server and self._server.unread)
        return tuple(
            Connection(
                client=name,
                is_accepted=True,
                unread=client.handed - self._read.get(name, 0) if has_unread else 0,
                unsent=0,
            )
            for name, client in self.clients.items()
        )

    def close(self) -> None:
        self._barrier.close()
        for client in self.clients.values():
            client.close()


Wires = TcpWires | UdpWires
