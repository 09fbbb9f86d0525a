# Model: blocking
# Says: The select loop only picks a client; from its first piece on it is served to its end.
# Wrong: waits-for-everyone
# Call: recvfrom
# Client: A
# Line: 20
# Scenario: burst

import os
import select
import socket
import sys


def serve_client(connection: socket.socket) -> None:
    """Echo one client's lines until it ends or is gone."""
    unfinished = b""
    with connection:
        try:
            while data := connection.recv(65536):
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    connection.sendall(lines + newline)
        except OSError:
            return


def serve(listener: socket.socket) -> None:
    newcomers: list[socket.socket] = []
    while True:
        readable, _, _ = select.select([listener, *newcomers], [], [])
        if listener in readable:
            newcomers.append(listener.accept()[0])
            readable.remove(listener)
        for connection in readable:
            newcomers.remove(connection)
            serve_client(connection)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
