# Model: select
# Says: It always asks for room to write, and there nearly always is: its select never sleeps.
# Wrong: rests
# Scenario: rests

import os
import select
import socket
import sys


class Client:
    """A connection with the line that it has begun, and what it is still owed."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def fileno(self) -> int:
        return self.connection.fileno()

    def is_finished(self) -> bool:
        return self.has_ended and not self.owed

    def read(self) -> None:
        try:
            data = self.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""
            return
        self.has_ended = not data
        lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
        self.owed += lines + newline

    def write(self) -> None:
        try:
            self.owed = self.owed[self.connection.send(self.owed) :]
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    clients: list[Client] = []
    while True:
        readers = [client for client in clients if not client.has_ended]
        readable, writable, _ = select.select([listener, *readers], clients, [])
        for client in writable:
            if client.owed:
                client.write()
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                clients.append(Client(connection))
            else:
                ready.read()
        for client in clients:
            if client.is_finished():
                client.connection.close()
        clients = [client for client in clients if not client.is_finished()]


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
