# Model: blocking
# Says: It goes round the clients and gives each of them 50 ms to say something.
# Wrong: waits-for-everyone
# Call: poll
# Line: 28
# Scenario: crowd

import os
import socket
import sys

PATIENCE_S = 0.05


class Client:
    """A connection that waits for no longer than its turn lasts."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_S)
        self.connection = connection
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def take_turn(self) -> None:
        try:
            if not self.has_ended:
                data = self.connection.recv(65536)
                self.has_ended = not data
                lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
                self.owed += lines + newline
        except TimeoutError:
            pass
        while self.owed:
            self.owed = self.owed[self.connection.send(self.owed) :]


def accept_all(listener: socket.socket) -> list[Client]:
    clients = []
    try:
        while True:
            clients.append(Client(listener.accept()[0]))
    except BlockingIOError:
        return clients


def serve(listener: socket.socket) -> None:
    clients = [Client(listener.accept()[0])]
    listener.setblocking(False)
    while True:
        for client in clients:
            try:
                client.take_turn()
            except TimeoutError:
                continue
            except OSError:
                client.has_ended, client.owed = True, b""
            if client.has_ended and not client.owed:
                client.connection.close()
        clients = [client for client in clients if client.connection.fileno() >= 0]
        clients += accept_all(listener)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
