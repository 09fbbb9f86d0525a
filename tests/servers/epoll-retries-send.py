# Model: epoll
# Says: When a client has no room it tries to send again and again, and looks at nobody else.
# Wrong: rests
# Scenario: owing

import os
import select
import socket
import sys


class Client:
    """A connection and the line that it has begun."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.unfinished = b""

    def fileno(self) -> int:
        return self.connection.fileno()

    def echo(self) -> bool:
        """Answer what has come; return whether the client is still there."""
        try:
            data = self.connection.recv(65536)
            lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
            self.send_all(lines + newline)
        except OSError:
            return False
        return bool(data)

    def send_all(self, owed: bytes) -> None:
        while owed:
            try:
                owed = owed[self.connection.send(owed) :]
            except BlockingIOError:
                continue


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN)
    clients: dict[int, Client] = {}
    while True:
        for number, _ in poller.poll():
            if number == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.fileno()] = client
                poller.register(client, select.EPOLLIN)
            elif not clients[number].echo():
                clients.pop(number).connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
