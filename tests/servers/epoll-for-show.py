# Model: thread-per-client
# Says: It has an epoll loop that watches every client and does nothing; threads do the reading.
# Asked: epoll
# Wrong: model
# Call: recvfrom
# Line: 21
# Scenario: half-line

import os
import select
import socket
import sys
import threading


def serve_client(connection: socket.socket, poller: select.epoll) -> None:
    """Echo one client's lines until it ends or is gone."""
    unfinished = b""
    with connection:
        try:
            while data := connection.recv(65536):
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    connection.sendall(lines + newline)
        except OSError:
            pass
        poller.unregister(connection)


def serve(listener: socket.socket) -> None:
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN)
    while True:
        for number, _ in poller.poll():
            if number != listener.fileno():
                continue
            connection, _ = listener.accept()
            poller.register(connection, select.EPOLLIN | select.EPOLLET)
            threading.Thread(target=serve_client, args=[connection, poller], daemon=True).start()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
