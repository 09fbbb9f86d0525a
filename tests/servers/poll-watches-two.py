# Model: poll
# Says: It accepts everybody, but its list of what poll watches ends after two clients.
# Wrong: waits-for-everyone
# Call: poll
# Line: 65
# Scenario: silent

import os
import select
import socket
import sys

WATCHED = 3  # The listener and two clients.


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


def wanted(client: Client) -> int:
    reading = 0 if client.has_ended else select.POLLIN
    return reading | (select.POLLOUT if client.owed else 0)


def ready(listener: socket.socket, clients: dict[int, Client]) -> list[tuple[int, int]]:
    """Sleep until somebody is ready, and return who and for what."""
    wishes = [(listener.fileno(), select.POLLIN)]
    wishes += [(number, wanted(client)) for number, client in clients.items()]
    poller = select.poll()
    for number, events in wishes[:WATCHED]:
        poller.register(number, events)
    return poller.poll()


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    clients: dict[int, Client] = {}
    while True:
        for number, events in ready(listener, clients):
            if number == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.fileno()] = client
                continue
            client = clients[number]
            if events & select.POLLOUT:
                client.write()
            if events & ~select.POLLOUT:
                client.read()
            if client.is_finished():
                clients.pop(number).connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
