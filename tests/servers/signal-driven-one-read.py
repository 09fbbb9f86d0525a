# Model: signal-driven
# Says: It reads one piece for each SIGIO; but signals merge, and what is left is never read.
# Wrong: waits-for-everyone
# Call: rt_sigtimedwait
# Line: 78
# Scenario: burst

import fcntl
import os
import signal
import socket
import sys


class Client:
    """A connection with the line that it has begun, and what it is still owed."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def read(self) -> None:
        try:
            data = self.connection.recv(1024)
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""
            return
        self.has_ended = not data
        lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
        self.owed += lines + newline

    def write_all(self) -> None:
        try:
            while self.owed:
                self.owed = self.owed[self.connection.send(self.owed) :]
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""


def signal_when_ready(sock: socket.socket) -> None:
    """Have the kernel send SIGIO for this socket, fcntl(2)."""
    fcntl.fcntl(sock, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(sock, fcntl.F_GETFL)
    fcntl.fcntl(sock, fcntl.F_SETFL, flags | os.O_NONBLOCK | fcntl.FASYNC)


def accept_all(listener: socket.socket) -> list[Client]:
    clients = []
    try:
        while True:
            connection, _ = listener.accept()
            signal_when_ready(connection)
            clients.append(Client(connection))
    except BlockingIOError:
        return clients


def serve(listener: socket.socket) -> None:
    # Blocked, so that a signal that comes before sigwaitinfo waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
    signal_when_ready(listener)
    clients: list[Client] = []
    while True:
        clients += accept_all(listener)
        for client in clients:
            if not client.has_ended:
                client.read()
            client.write_all()
            if client.has_ended and not client.owed:
                client.connection.close()
        clients = [client for client in clients if client.connection.fileno() >= 0]
        signal.sigwaitinfo({signal.SIGIO})


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
