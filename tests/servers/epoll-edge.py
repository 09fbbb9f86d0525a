# Model: epoll
# Says: One edge-triggered epoll; each event is answered by reading until there is nothing left.

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

    def read_all(self) -> None:
        try:
            while data := self.connection.recv(65536):
                lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
                self.owed += lines + newline
            self.has_ended = True
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""

    def write_all(self) -> None:
        try:
            while self.owed:
                self.owed = self.owed[self.connection.send(self.owed) :]
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""


def accept_all(listener: socket.socket, poller: select.epoll, clients: dict[int, Client]) -> None:
    try:
        while True:
            connection, _ = listener.accept()
            clients[connection.fileno()] = Client(connection)
            poller.register(connection, EVENTS)
    except BlockingIOError:
        return


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN | select.EPOLLET)
    clients: dict[int, Client] = {}
    while True:
        for number, _ in poller.poll():
            if number == listener.fileno():
                accept_all(listener, poller, clients)
                continue
            client = clients[number]
            if not client.has_ended:
                client.read_all()
            client.write_all()
            if client.has_ended and not client.owed:
                clients.pop(number).connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
