# Model: blocking
# Says: It serves one client after the other, and hangs up on whoever is silent for 200 ms.
# Wrong: answers
# Scenario: half-line

import os
import socket
import sys

PATIENCE_S = 0.2


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
    while True:
        connection, _ = listener.accept()
        connection.settimeout(PATIENCE_S)
        serve_client(connection)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
