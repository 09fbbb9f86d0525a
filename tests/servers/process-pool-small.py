# Model: process-pool
# Says: Three processes each serve a client to its end: three silent clients keep them all.
# Wrong: accepts-everybody
# Call: recvfrom
# Line: 20
# Scenario: crowd

import os
import socket
import sys

PROCESSES = 3


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


def work(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        serve_client(connection)


def serve(listener: socket.socket) -> None:
    for _ in range(PROCESSES):
        if os.fork() == 0:
            work(listener)
    os.wait()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
