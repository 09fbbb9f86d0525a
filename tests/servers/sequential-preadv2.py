# Model: blocking
# Says: The same as sequential.py, in calls that nobody uses for a socket.
# Wrong: accepts-everybody
# Call: preadv2
# Client: A
# Line: 20
# Scenario: silent

import os
import socket
import sys


def serve_client(connection: socket.socket) -> None:
    """Echo one client's lines until it ends or is gone."""
    unfinished = b""
    with connection:
        try:
            buffer = bytearray(65536)
            while size := os.preadv(connection.fileno(), [buffer], -1):
                data = bytes(buffer[:size])
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    os.pwritev(connection.fileno(), [lines + newline], -1)
        except OSError:
            return


def serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        serve_client(connection)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
