# Model: epoll
# Says: It asks the selectors module for "select" in general, and gets the default, which is epoll.
# Asked: select
# Wrong: model
# Call: epoll_wait
# Line: 62
# Scenario: half-line

import os
import selectors
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


def wanted(client: Client) -> int:
    reading = 0 if client.has_ended else selectors.EVENT_READ
    return reading | (selectors.EVENT_WRITE if client.owed else 0)


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    select = selectors.DefaultSelector()
    select.register(listener, selectors.EVENT_READ)
    while True:
        for key, events in select.select():
            client = key.fileobj
            if client is listener:
                connection, _ = listener.accept()
                select.register(Client(connection), selectors.EVENT_READ)
                continue
            if events & selectors.EVENT_READ:
                client.read()
            if client.owed:
                client.write()
            if client.is_finished():
                select.unregister(client)
                client.connection.close()
            else:
                select.modify(client, wanted(client))


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
