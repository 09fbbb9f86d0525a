# Wrong: it takes a carriage return before the newline for part of the line's end, and does not give it back. Caught by answers in "Every byte comes back as it was sent".
import select
import socket
import sys


class Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def fileno(self) -> int:
        return self.connection.fileno()

    def read(self) -> None:
        try:
            data = self.connection.recv(65536)
        except OSError:
            self.has_ended, self.owed = True, b""
            return
        if not data:
            self.has_ended = True
        lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
        self.owed += (lines + newline).replace(b"\r\n", b"\n")

    def write(self) -> None:
        try:
            sent = self.connection.send(self.owed)
        except OSError:
            self.has_ended, self.owed = True, b""
            return
        self.owed = self.owed[sent:]


def serve(listener: socket.socket) -> None:
    clients: list[Client] = []
    while True:
        readers = [client for client in clients if not client.has_ended]
        writers = [client for client in clients if client.owed]
        readable, writable, _ = select.select([listener, *readers], writers, [])
        for client in writable:
            client.write()
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                clients.append(Client(connection))
            else:
                ready.read()
        for client in clients:
            if client.has_ended and not client.owed:
                client.connection.close()
        clients = [client for client in clients if client.fileno() >= 0]


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        serve(listener)
