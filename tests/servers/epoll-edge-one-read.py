# Model: epoll
# Says: Edge-triggered, but it reads only once for each event: what is left lies there unheard.
# Wrong: waits-for-everyone
# Call: epoll_wait
# Line: 54
# Scenario: burst

import os
import select
import socket
import sys

EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET


class Client:
    """A connection with the line that it has begun, and what it is still owed."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
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


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN)
    clients: dict[int, Client] = {}
    while True:
        for number, events in poller.poll():
            if number == listener.fileno():
                connection, _ = listener.accept()
                clients[connection.fileno()] = Client(connection)
                poller.register(connection, EVENTS)
                continue
            client = clients[number]
            if events & ~select.EPOLLOUT:
                client.read()
            client.write_all()
            if client.has_ended and not client.owed:
                clients.pop(number).connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
