# Model: mixed
# Says: The epoll loop answers each client's first piece, then hands it to a thread of its own.
# Asked: epoll
# Wrong: model
# Call: recvfrom
# Line: 29
# Scenario: later

import os
import select
import socket
import sys
import threading


def answer(connection: socket.socket, unfinished: bytes, data: bytes) -> bytes:
    """Send back what is complete, and return the line that has begun."""
    lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
    if newline:
        connection.sendall(lines + newline)
    return unfinished


def go_on(connection: socket.socket, data: bytes) -> None:
    """Serve a client from its first piece to its end."""
    with connection:
        try:
            unfinished = answer(connection, b"", data)
            while data := connection.recv(65536):
                unfinished = answer(connection, unfinished, data)
        except OSError:
            return


def read_first(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def serve(listener: socket.socket) -> None:
    poller = select.epoll()
    poller.register(listener, select.EPOLLIN)
    newcomers: dict[int, socket.socket] = {}
    while True:
        for number, _ in poller.poll():
            if number == listener.fileno():
                connection, _ = listener.accept()
                newcomers[connection.fileno()] = connection
                poller.register(connection, select.EPOLLIN)
                continue
            poller.unregister(number)
            connection = newcomers.pop(number)
            data = read_first(connection)
            threading.Thread(target=go_on, args=[connection, data], daemon=True).start()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
