# Model: select
# Says: It reads when select says so, but sends with a sendall that sleeps until the client has read.
# Wrong: waits-for-everyone
# Call: sendto
# Client: A
# Line: 21
# Scenario: unread

import os
import select
import socket
import sys


def echo(connection: socket.socket, unfinished: bytes) -> bytes | None:
    """Answer what has come; return the line that has begun, or None if the client is gone."""
    try:
        data = connection.recv(65536)
        lines, newline, rest = (unfinished + data).rpartition(b"\n")
        if newline:
            connection.sendall(lines + newline)
    except OSError:
        return None
    return rest if data else None


def serve(listener: socket.socket) -> None:
    unfinished: dict[socket.socket, bytes] = {}
    while True:
        readable, _, _ = select.select([listener, *unfinished], [], [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                unfinished[connection] = b""
                continue
            rest = echo(ready, unfinished.pop(ready))
            if rest is None:
                ready.close()
            else:
                unfinished[ready] = rest


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
