"""Echo lines to many clients from one thread that sleeps only in select."""

import select
import socket
import sys

PIECE = 65536  # The most bytes that one turn reads from one client, so that nobody else starves.
ENOUGH = 262144  # A client that is owed this much is not read from until it has read some of it.


class Client:
    """A connection with what has come in but is not a line yet, and what has still to go out."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unfinished = bytearray()
        self.owed = bytearray()
        self.has_ended = False  # It will send nothing more, but may be owed replies.
        self.is_gone = False  # The connection is broken: nobody is there to be sent anything.

    def fileno(self) -> int:
        """Let select wait for the client itself."""
        return self.connection.fileno()

    def wants_to_read(self) -> bool:
        # After its end a connection is ready for reading for ever: waiting for it would spin.
        return not self.has_ended and len(self.owed) < ENOUGH

    def wants_to_write(self) -> bool:
        # A socket has room nearly always: waiting for room with nothing to send would spin.
        return bool(self.owed)

    def is_finished(self) -> bool:
        return self.is_gone or (self.has_ended and not self.owed)

    def read(self) -> None:
        """Take what has come; the lines that it completes are owed to the client."""
        try:
            data = self.connection.recv(PIECE)
        except BlockingIOError:
            return  # select said "ready" a moment ago; it is a hint, not a promise.
        except OSError:
            self.is_gone = True
            return
        if not data:
            self.has_ended = True
            return
        cut = data.rfind(b"\n") + 1  # 0 if no line ends in this piece.
        if cut:
            self.owed += self.unfinished
            self.owed += data[:cut]
            self.unfinished.clear()
        self.unfinished += data[cut:]

    def write(self) -> None:
        """Send as much as the kernel has room for, and keep the rest."""
        try:
            sent = self.connection.send(self.owed)
        except BlockingIOError:
            return
        except OSError:
            self.is_gone = True
            return
        del self.owed[:sent]


def accept(listener: socket.socket) -> Client | None:
    """Take the next client, if it is still there."""
    try:
        connection, _ = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return None  # It was there when select looked, and has gone since.
    connection.setblocking(False)
    return Client(connection)


def serve(listener: socket.socket) -> None:
    """Serve every client that comes, for ever."""
    clients: list[Client] = []
    while True:
        readers = [client for client in clients if client.wants_to_read()]
        writers = [client for client in clients if client.wants_to_write()]
        readable, writable, _ = select.select([listener, *readers], writers, [])
        for client in writable:
            client.write()
        for ready in readable:
            if ready is not listener:
                ready.read()
            elif newcomer := accept(listener):
                clients.append(newcomer)
        for client in clients:
            if client.is_finished():
                client.connection.close()
        clients = [client for client in clients if not client.is_finished()]


def main() -> None:
    """Listen on the port that the first argument names."""
    port = int(sys.argv[1])
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        listener.setblocking(False)
        serve(listener)


if __name__ == "__main__":
    main()
