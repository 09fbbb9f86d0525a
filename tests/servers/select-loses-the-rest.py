# Model: select
# Says: It sends once and forgets what send did not take.
# Wrong: keeps-the-rest
# Scenario: unread

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
            if newline:
                self.connection.send(lines + newline)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return bool(data)


def serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    clients: list[Client] = []
    while True:
        readable, _, _ = select.select([listener, *clients], [], [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                clients.append(Client(connection))
            elif not ready.echo():
                clients.remove(ready)
                ready.connection.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
