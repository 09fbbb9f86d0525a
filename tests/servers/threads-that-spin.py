# Model: non-blocking
# Says: A thread for each client that asks again and again whether there is something to read.
# Wrong: rests
# Scenario: rests

import os
import socket
import sys
import threading


def serve_client(connection: socket.socket) -> None:
    """Echo one client's lines until it ends or is gone."""
    unfinished = b""
    with connection:
        while True:
            try:
                data = connection.recv(65536, socket.MSG_DONTWAIT)
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    connection.sendall(lines + newline)
            except BlockingIOError:
                continue
            except OSError:
                return
            if not data:
                return


def serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_client, args=[connection], daemon=True).start()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
