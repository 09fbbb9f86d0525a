"""The scripted clients: one socket each that never blocks, what it still says, what it heard."""

import contextlib
import errno
import socket
import struct
import time
from typing import Protocol

from grader.harness.journal import Journal
from iomodels.record import Deed

READ_SIZE = 1 << 18
# What a client says in one turn. An echo of it fits into the smallest window and send buffer that
# the sandbox's network begins with (64 KiB each, half of it for bytes): so whether a server's send
# is cut short depends on who reads, and never on how fast its bytes happen to be acknowledged.
MOST_AT_ONCE = 32 * 1024
# What a client hears in one turn: a server that talks without end has to let the driver look.
MOST_READ_AT_ONCE = 1 << 20
# What a client hears that it did not say itself and no script has asked for yet: twice the longest
# message of another one. Who is told more than that, or with all others more than there is room
# for, reads no more: the server's next send waits, as it would for any client that is too slow, and
# the loop around all this goes on.
MOST_UNASKED, MOST_UNASKED_OF_ALL = 32 << 20, 256 << 20
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
    def stop_reading(self) -> None: ...
    def read_again(self) -> None: ...
    def wants_to_write(self) -> bool: ...
    def has_plans(self) -> bool: ...
    def close(self) -> None: ...


class _Reading:
    """What every client can do about its own reading."""

    name: str
    port: int
    journal: Journal
    received: bytearray
    sent: bytearray
    taken: int
    is_reading: bool

    def stop_reading(self) -> None:
        self.is_reading = False
        self._note(Deed.STOPS_READING)

    def read_again(self) -> None:
        self.is_reading = True
        self._note(Deed.READS_AGAIN)

    def _hear(self, content: bytes) -> None:
        self.received += content
        self.journal.unasked += len(content)
        unasked = len(self.received) - max(self.taken, len(self.sent))
        if unasked > MOST_UNASKED or self.journal.unasked > MOST_UNASKED_OF_ALL:
            self.stop_reading()

    def _note(self, deed: Deed, *, started_ns: int | None = None, size: int = 0) -> None:
        self.journal.note(self.name, deed, port=self.port, started_ns=started_ns, size=size)


class TcpClient(_Reading):
    """One TCP connection. Created connecting; `pump` finds out when it is connected."""

    def __init__(self, name: str, *, port: int, journal: Journal | None = None) -> None:
        self.name = name
        self.journal = journal or Journal()
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
        self.port = 0
        try:
            self._socket.bind((ALL_OF_LOOPBACK, 0))
        except OSError as error:  # The program itself has taken every port that there is.
            self.trouble = errno.errorcode.get(error.errno or 0, str(error))
            return
        self.port = self._socket.getsockname()[1]
        started_ns = time.time_ns()
        result = self._socket.connect_ex((ALL_OF_LOOPBACK, port))
        if result in (0, errno.EINPROGRESS):
            self._note(Deed.CONNECTS, started_ns=started_ns)
            self.is_connected = result == 0
        else:
            self.trouble = errno.errorcode[result]
            self._note(Deed.RECEIVES_END)

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken from this client yet."""
        return len(self.sent) - self.handed

    def wants_to_write(self) -> bool:
        return not self.trouble and (not self.is_connected or self.pending > 0)

    def has_plans(self) -> bool:
        """Tell whether `pump` has anything to do even if nothing has come."""
        is_to_shut_down = self._shuts_down and not self.has_shut_down
        return not self.is_connected or self.pending > 0 or is_to_shut_down

    def say(self, content: bytes) -> None:
        self.sent += content
        self.journal.unasked -= len(content)

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
            self._note(Deed.RECEIVES_END)
            return True

    def next(self) -> bytes:
        """Return what came and is not accounted for."""
        return bytes(memoryview(self.received)[self.taken :])

    def take(self, size: int) -> None:
        self.taken += size
        self.journal.unasked -= size

    def close(self) -> None:
        started_ns, is_open = time.time_ns(), self._socket.fileno() >= 0
        self._socket.close()
        if is_open:
            self._note(Deed.CLOSES, started_ns=started_ns)

    def reset(self) -> None:
        """Close with RST instead of FIN: SO_LINGER with time 0, socket(7)."""
        started_ns = time.time_ns()
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()
        self._note(Deed.RESETS, started_ns=started_ns)

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
                started_ns = time.time_ns()
                size = self._socket.send(chunk)
                self._note(Deed.SENDS, started_ns=started_ns, size=size)
                self.handed += size
                moved = True
        if self.is_connected and self._shuts_down and not self.pending and not self.has_shut_down:
            started_ns = time.time_ns()
            self._socket.shutdown(socket.SHUT_WR)
            self._note(Deed.SHUTS_DOWN, started_ns=started_ns)
            self.has_shut_down = moved = True
        return moved

    def _read(self) -> bool:
        moved, most = False, len(self.received) + MOST_READ_AT_ONCE
        with contextlib.suppress(BlockingIOError):
            while self._can_read() and len(self.received) < most:
                content = self._socket.recv(READ_SIZE)
                self._note(Deed.RECEIVES if content else Deed.RECEIVES_END, size=len(content))
                self.has_end = not content
                self._hear(content)
                # Not after 40 ms: until it is acknowledged it takes up the server's room, tcp(7).
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                moved = True
        return moved

    def _can_read(self) -> bool:
        return self.is_reading and self.is_connected and not self.has_end


class UdpClient(_Reading):
    """One UDP socket, connected so that it hears only the server. A datagram is one `say`."""

    def __init__(self, name: str, *, port: int, journal: Journal | None = None) -> None:
        self.name = name
        self.journal = journal or Journal()
        self.received, self.sent = bytearray(), bytearray()
        self.taken = 0
        self.is_reading, self.has_end, self.trouble = True, False, ""
        self._unsent: list[bytes] = []
        self._heard: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self.port = 0
        try:
            self._socket.connect((ALL_OF_LOOPBACK, port))
        except OSError as error:  # As for TCP.
            self.trouble = errno.errorcode.get(error.errno or 0, str(error))
            return
        self.port = self._socket.getsockname()[1]

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def handed(self) -> int:
        """Bytes that the kernel has taken from this client."""
        return len(self.sent) - sum(map(len, self._unsent))

    def wants_to_write(self) -> bool:
        return bool(self._unsent) and not self.trouble

    def has_plans(self) -> bool:
        """Tell whether `pump` has anything to do even if nothing has come."""
        return bool(self._unsent)

    def say(self, content: bytes) -> None:
        self.sent += content
        self.journal.unasked -= len(content)
        self._unsent.append(content)

    def pump(self) -> bool:
        """Send and receive whole datagrams; return whether anything moved."""
        moved = False
        try:
            while self._unsent:
                started_ns = time.time_ns()
                self._socket.send(self._unsent[0])
                self._note(Deed.SENDS, started_ns=started_ns, size=len(self._unsent[0]))
                del self._unsent[0]
                moved = True
            most = len(self.received) + MOST_READ_AT_ONCE
            while self.is_reading and len(self.received) < most:
                content = self._socket.recv(READ_SIZE)
                self._note(Deed.RECEIVES, size=len(content))
                moved = True
                if content:  # A datagram without a byte says nothing, and hides nothing.
                    self._heard.append(content)
                    self._hear(content)
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
            size = len(self._heard.pop(0))
            self.taken += size
            self.journal.unasked -= size

    def close(self) -> None:
        self._socket.close()
