# Model: process-pool
# Says: 24 processes, forked before the first client, each accept a client and serve it to its end.

import os
import socket
import sys

PROCESSES = 24  # As many clients as are expected at once.


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
