# Model: thread-per-client
# Says: A thread for each client, but each holds the lock of the log while it waits for its client.
# Wrong: waits-for-everyone
# Call: recvfrom
# Client: A
# Line: 21
# Scenario: later

import os
import socket
import sys
import threading

lock = threading.Lock()
bytes_read = 0


def read(connection: socket.socket) -> bytes:
    global bytes_read
    with lock:
        data = connection.recv(65536)
        bytes_read += len(data)
        return data


def serve_client(connection: socket.socket) -> None:
    """Echo one client's lines until it ends or is gone."""
    unfinished = b""
    with connection:
        try:
            while data := read(connection):
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    connection.sendall(lines + newline)
        except OSError:
            return


def serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_client, args=[connection], daemon=True).start()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
