# Wrong: it goes round the clients and waits 50 ms for each of them, however many others have something to say. Caught by waits-for-everyone in "A hundred clients, most of them silent".
import socket
import sys


class Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connection.settimeout(0.05)
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def serve(self) -> None:
        try:
            data = self.connection.recv(65536)
            self.has_ended = not data
            lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
            self.owed += lines + newline
        except TimeoutError:
            pass
        while self.owed:
            self.owed = self.owed[self.connection.send(self.owed) :]


def accept_all(listener: socket.socket, clients: list[Client]) -> None:
    listener.settimeout(0 if clients else 0.05)
    try:
        while True:
            connection, _ = listener.accept()
            clients.append(Client(connection))
            listener.settimeout(0)
    except (BlockingIOError, TimeoutError):
        return


def main(listener: socket.socket) -> None:
    clients: list[Client] = []
    while True:
        accept_all(listener, clients)
        for client in clients:
            accept_all(listener, clients)
            try:
                client.serve()
            except TimeoutError:
                continue
            except OSError:
                client.has_ended, client.owed = True, b""
            if client.has_ended and not client.owed:
                client.connection.close()
        clients = [client for client in clients if client.connection.fileno() >= 0]


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        main(listener)
