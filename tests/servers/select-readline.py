# Model: blocking
# Says: When select says that a client is ready, it reads until the line ends, which may be never.
# Wrong: waits-for-everyone
# Call: recvfrom
# Client: A
# Line: 19
# Scenario: half-line

import os
import select
import socket
import sys


def read_line(connection: socket.socket) -> bytes:
    """Return the client's next line, or nothing if it has ended."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        line += byte
    return line


def echo_line(connection: socket.socket) -> bool:
    """Return whether there was a line."""
    try:
        line = read_line(connection)
        connection.sendall(line)
    except OSError:
        return False
    return bool(line)


def serve(listener: socket.socket) -> None:
    connections: list[socket.socket] = []
    while True:
        readable, _, _ = select.select([listener, *connections], [], [])
        for ready in readable:
            if ready is listener:
                connections.append(listener.accept()[0])
            elif not echo_line(ready):
                connections.remove(ready)
                ready.close()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
