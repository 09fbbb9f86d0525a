"""The scripted clients: one socket each that never blocks, what it still says, what it heard."""

import contextlib
import errno
import socket
import struct
from typing import Protocol

READ_SIZE = 1 << 18
# What a client says in one turn. An echo of it fits into the smallest window and send buffer that
# the sandbox's network begins with (64 KiB each, half of it for bytes): so whether a server's send
# is cut short depends on who reads, and never on how fast its bytes happen to be acknowledged.
MOST_AT_ONCE = 32 * 1024
ALL_OF_LOOPBACK = "127.0.0.1"


class Client(Protocol):
    """What the stage and the player need of a client, whatever its transport."""

    name: str
    received: bytearray  # All that came, in order; for UDP since the last take.
    sent: bytearray  # All that it was told to say.
    taken: int  # How many bytes of the stream the script has accounted for.
    is_reading: bool
    has_end: bool  # The server has closed its side.
    trouble: str  # The error that ended the connection, or "".

    def fileno(self) -> int: ...
    def say(self, content: bytes) -> None: ...
    def pump(self) -> bool: ...
    def next(self) -> bytes: ...
    def take(self, size: int) -> None: ...
    def wants_to_write(self) -> bool: ...
    def close(self) -> None: ...


class TcpClient:
    """One TCP connection. Created connecting; `pump` finds out when it is connected."""

    def __init__(self, name: str, *, port: int) -> None:
        self.name = name
        self.received, self.sent = bytearray(), bytearray()
        self.taken = self.handed = 0
        self.is_reading, self.is_connected, self.has_end = True, False, False
        self.has_shut_down = self._shuts_down = False
        self.trouble = ""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.settimeout(0)
        # Nagle's algorithm would hold back a short message until an earlier one is acknowledged,
        # and a server that does not answer may delay its acknowledgement by 40 ms (tcp(7)).
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Urgent data is a byte like any other, and is counted like one.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self._socket.bind((ALL_OF_LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        result = self._socket.connect_ex((ALL_OF_LOOPBACK, port))
        if result == 0:
            self.is_connected = True
        elif result != errno.EINPROGRESS:
            self.trouble = errno.errorcode[result]

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken from this client yet."""
        return len(self.sent) - self.handed

    def wants_to_write(self) -> bool:
        return not self.trouble and (not self.is_connected or self.pending > 0)

    def say(self, content: bytes) -> None:
        self.sent += content

    def shut_down(self) -> None:
        """Send FIN after the last byte."""
        self._shuts_down = True

    def pump(self) -> bool:
        """Write what can be written and read what has come; return whether anything moved."""
        if self.trouble or self._socket.fileno() < 0:
            return False
        try:
            return self._connect() or self._write() | self._read()
        except OSError as error:
            self.trouble = errno.errorcode.get(error.errno or 0, str(error))
            return True

    def next(self) -> bytes:
        """Return what came and is not accounted for."""
        return bytes(memoryview(self.received)[self.taken :])

    def take(self, size: int) -> None:
        self.taken += size

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Close with RST instead of FIN: SO_LINGER with time 0, socket(7)."""
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def _connect(self) -> bool:
        """Return True if there is nothing to do until the connection is made or has just been."""
        if self.is_connected:
            return False
        if error := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "connect")
        with contextlib.suppress(OSError):
            self._socket.getpeername()
            self.is_connected = True
        return self.is_connected

    def _write(self) -> bool:
        moved = False
        with contextlib.suppress(BlockingIOError):
            if self.pending:
                chunk = memoryview(self.sent)[self.handed : self.handed + MOST_AT_ONCE]
                self.handed += self._socket.send(chunk)
                moved = True
        if self.is_connected and self._shuts_down and not self.pending and not self.has_shut_down:
            self._socket.shutdown(socket.SHUT_WR)
            self.has_shut_down = moved = True
        return moved

    def _read(self) -> bool:
        moved = False
        with contextlib.suppress(BlockingIOError):
            while self.is_reading and self.is_connected and not self.has_end:
                content = self._socket.recv(READ_SIZE)
                self.has_end = not content
                self.received += content
                # Not after 40 ms: until it is acknowledged it takes up the server's room, tcp(7).
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                moved = True
        return moved


class UdpClient:
    """One UDP socket, connected so that it hears only the server. A datagram is one `say`."""

    def __init__(self, name: str, *, port: int) -> None:
        self.name = name
        self.received, self.sent = bytearray(), bytearray()
        self.taken = 0
        self.is_reading, self.has_end, self.trouble = True, False, ""
        self._unsent: list[bytes] = []
        self._heard: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.connect((ALL_OF_LOOPBACK, port))
        self.port: int = self._socket.getsockname()[1]

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def handed(self) -> int:
        """Bytes that the kernel has taken from this client."""
        return len(self.sent) - sum(map(len, self._unsent))

    def wants_to_write(self) -> bool:
        return bool(self._unsent) and not self.trouble

    def say(self, content: bytes) -> None:
        self.sent += content
        self._unsent.append(content)

    def pump(self) -> bool:
        """Send and receive whole datagrams; return whether anything moved."""
        moved = False
        try:
            while self._unsent:
                self._socket.send(self._unsent[0])
                del self._unsent[0]
                moved = True
            while self.is_reading:
                self._heard.append(self._socket.recv(READ_SIZE))
                self.received += self._heard[-1]
                moved = True
        except BlockingIOError:
            pass
        except OSError as error:
            # ECONNREFUSED is the answer to an earlier datagram that met no socket (udp(7)).
            self.trouble = errno.errorcode.get(error.errno or 0, str(error))
        return moved

    def next(self) -> bytes:
        """Return the oldest datagram that is not accounted for, or nothing."""
        return self._heard[0] if self._heard else b""

    def take(self, size: int) -> None:
        if size:
            self.taken += len(self._heard.pop(0))

    def close(self) -> None:
        self._socket.close()
