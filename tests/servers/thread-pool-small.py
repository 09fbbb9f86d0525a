# Model: thread-pool
# Says: Four threads serve a client each to its end: four silent clients keep them all.
# Wrong: waits-for-everyone
# Call: recvfrom
# Line: 21
# Scenario: crowd

import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

THREADS = 4


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
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            connection, _ = listener.accept()
            pool.submit(serve_client, connection)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
