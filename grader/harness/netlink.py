"""The server's end of each connection, asked of the kernel by its exact address: sock_diag(7).

An exact question costs 7 microseconds; reading /proc/net/tcp walks the whole machine's hash table
(12 ms where that was measured). The answer holds what a verdict needs and the table lacks: how
many bytes the server's kernel has received in order, and how many the server has written. With
them "nothing is in flight" is a comparison of two counters and not a guess about time.
"""

import errno
import socket
import struct
import sys
from dataclasses import dataclass
from enum import IntEnum

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
INET_DIAG_INFO = 2  # The attribute that carries struct tcp_info.
ALL_STATES = 0xFFFFFFFF
ANY_COOKIE = 0xFFFFFFFF
HEADER = struct.Struct("=IHHII")
REQUEST = struct.Struct("=BBBBI")
MESSAGE = struct.Struct("=BBBB48sIIIII")  # struct inet_diag_msg with its 48-byte socket identity.
ATTRIBUTE = struct.Struct("=HH")
# struct tcp_info, linux/tcp.h: bytes_acked and bytes_received lie at 120, bytes_retrans at 208.
ACKED_AND_RECEIVED = struct.Struct("=QQ")
ACKED_AT = 120


class TcpState(IntEnum):
    """include/net/tcp_states.h."""

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECV = 3
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11
    NEW_SYN_RECV = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """One socket of the server, as the kernel describes it."""

    state: int
    port: int  # Its own.
    inode: int  # 0: no descriptor refers to it, so it is not accepted yet, or closed already.
    unread: int  # A listening socket: connections that wait to be accepted.
    unsent: int  # A listening socket: how many may wait.
    received: int  # Bytes in order since the beginning; FIN counts as one.
    written: int  # Bytes that the program wrote since the beginning; FIN counts as one.

    @property
    def has_client_end(self) -> bool:
        """Whether the client's FIN has arrived."""
        return self.state in (
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK,
            TcpState.CLOSING,
            TcpState.TIME_WAIT,
            TcpState.CLOSE,
        )


class Kernel:
    """A netlink socket over which one network namespace's sockets can be asked for."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        self._netlink.connect((0, 0))

    def connection(self, *, server_port: int, client_port: int) -> Socket | None:
        """Return the server's end of a TCP connection, or None if it is gone."""
        found = self._ask(socket.IPPROTO_TCP, server_port, client_port, "127.0.0.1")
        # The kernel's look-up goes on to the listening socket when there is no connection.
        return found if found and found.state != TcpState.LISTEN else None

    def listener(self, port: int, *, transport: str) -> Socket | None:
        """Return the socket that serves a port: listening (TCP) or bound (UDP)."""
        if transport == "udp":
            # net/ipv4/udp_diag.c: "src and dst are swapped for historical reasons".
            return self._ask(socket.IPPROTO_UDP, 0, port, "127.0.0.1")
        found = self._ask(socket.IPPROTO_TCP, port, 0, "0.0.0.0")  # noqa: S104 - a wildcard
        return found if found and found.state == TcpState.LISTEN else None

    def served_ports(self, *, transport: str) -> list[int]:
        """Return every port that anybody serves in this namespace."""
        protocol = socket.IPPROTO_UDP if transport == "udp" else socket.IPPROTO_TCP
        states = ALL_STATES if transport == "udp" else 1 << TcpState.LISTEN
        ports: set[int] = set()
        for family in (socket.AF_INET, socket.AF_INET6):
            ports |= self._dump(family, protocol, states)
        return sorted(ports)

    def close(self) -> None:
        self._netlink.close()

    def _ask(self, protocol: int, port: int, peer_port: int, peer: str) -> Socket | None:
        identity = _identity("127.0.0.1", port, peer, peer_port)
        extension = 1 << (INET_DIAG_INFO - 1)
        question = REQUEST.pack(socket.AF_INET, protocol, extension, 0, ALL_STATES) + identity
        self._send(question, NLM_F_REQUEST)
        kind, content, _ = _part(self._netlink.recv(1 << 14), 0)
        if kind == NLMSG_ERROR:
            code = -int.from_bytes(content[:4], sys.byteorder, signed=True)
            if code == errno.ENOENT:
                return None
            raise OSError(code, f"sock_diag: {errno.errorcode.get(code, code)}")
        return _parse(content)

    def _dump(self, family: int, protocol: int, states: int) -> set[int]:
        question = REQUEST.pack(family, protocol, 0, 0, states) + bytes(48)
        self._send(question, NLM_F_REQUEST | NLM_F_DUMP)
        ports: set[int] = set()
        while True:
            answer, at = self._netlink.recv(1 << 16), 0
            while at < len(answer) or not answer:
                kind, content, at = _part(answer, at)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return ports
                ports.add(_parse(content).port)

    def _send(self, question: bytes, flags: int) -> None:
        length = HEADER.size + len(question)
        self._netlink.send(HEADER.pack(length, SOCK_DIAG_BY_FAMILY, flags, 1, 0) + question)


def _identity(source: str, port: int, peer: str, peer_port: int) -> bytes:
    """Return a struct inet_diag_sockid: ports in network order, two 16-byte addresses, a cookie."""
    return (
        struct.pack("!HH", port, peer_port)
        + socket.inet_aton(source)
        + bytes(12)
        + socket.inet_aton(peer)
        + bytes(12)
        + struct.pack("=III", 0, ANY_COOKIE, ANY_COOKIE)
    )


def _part(answer: bytes, at: int) -> tuple[int, bytes, int]:
    """Return a message's kind and content, and where the next one begins. Raise OSError if none."""
    if len(answer) < at + HEADER.size:
        raise _misunderstood()
    length, kind, *_ = HEADER.unpack_from(answer, at)
    return kind, answer[at + HEADER.size : at + length], at + ((length + 3) & ~3)


def _misunderstood() -> OSError:
    return OSError(errno.EBADMSG, "sock_diag: this is no answer")


def _parse(message: bytes) -> Socket:
    if len(message) < MESSAGE.size:
        raise _misunderstood()
    fields = MESSAGE.unpack_from(message)
    _, state, _, _, identity, _, unread, unsent, _, inode = fields
    acked = received = 0
    at = MESSAGE.size
    while at + ATTRIBUTE.size <= len(message):
        length, kind = ATTRIBUTE.unpack_from(message, at)
        if length < ATTRIBUTE.size:
            break
        info_at = at + ATTRIBUTE.size + ACKED_AT
        end = min(at + length, len(message))
        if kind == INET_DIAG_INFO and end >= info_at + ACKED_AND_RECEIVED.size:
            acked, received = ACKED_AND_RECEIVED.unpack_from(message, info_at)
        at += (length + 3) & ~3
    has_end = state in (TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING)
    return Socket(
        state=state,
        port=struct.unpack_from("!H", identity)[0],
        inode=inode,
        # The client's FIN stands in the receive queue's count as one byte until it is read.
        unread=max(0, unread - has_end) if state != TcpState.LISTEN else unread,
        unsent=unsent,
        received=received,
        written=acked + unsent,
    )
