# Model: thread-pool
# Says: One thread accepts and queues connections; 24 threads, made beforehand, serve one each.

import os
import queue
import socket
import sys
import threading

THREADS = 24  # As many clients as are expected at once.


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


def work(connections: queue.SimpleQueue[socket.socket]) -> None:
    while True:
        serve_client(connections.get())


def serve(listener: socket.socket) -> None:
    connections: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
    for _ in range(THREADS):
        threading.Thread(target=work, args=[connections], daemon=True).start()
    while True:
        connection, _ = listener.accept()
        connections.put(connection)


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
