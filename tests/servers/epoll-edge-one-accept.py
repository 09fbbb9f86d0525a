# Model: epoll
# Says: Its listener is edge-triggered, but it accepts only one of those who came together.
# Wrong: accepts-everybody
# Call: epoll_wait
# Line: 71
# Scenario: crowd

import os
import select
import socket
import sys
import time


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


def take_turn(poller: select.epoll, client: Client, events: int) -> bool:
    """Do what the client is ready for; return whether it is finished."""
    if events & select.EPOLLOUT:
        client.write()
    if events & ~select.EPOLLOUT:
        client.read()
    if not client.is_finished():
        wanted = 0 if client.has_ended else select.EPOLLIN
        poller.modify(client, wanted | (select.EPOLLOUT if client.owed else 0))
    return client.is_finished()


def serve(listener: socket.socket) -> None:
    time.sleep(0.2)  # Until the log collector is there; meanwhile clients may queue.
    listener.setblocking(False)
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN | select.EPOLLET)
    clients: dict[int, Client] = {}
    while True:
        for number, events in poller.poll():
            if number == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.fileno()] = client
                poller.register(client, select.EPOLLIN)
            elif take_turn(poller, clients[number], events):
                clients.pop(number).connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
