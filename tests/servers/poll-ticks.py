# Model: poll
# Says: Its poll has a time-out of 10 ms, so it wakes a hundred times a second to find nothing to do.
# Wrong: rests
# Call: poll
# Scenario: rests

import os
import select
import socket
import sys

TICK_MS = 10


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


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    clients: dict[int, Client] = {}
    while True:
        for number, events in poller.poll(TICK_MS):
            if number == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.fileno()] = client
                poller.register(client, select.POLLIN)
                continue
            client = clients[number]
            if events & select.POLLOUT:
                client.write()
            if events & ~select.POLLOUT:
                client.read()
            if client.is_finished():
                poller.unregister(number)
                clients.pop(number).connection.close()
            else:
                poller.modify(client, wanted(client))


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
