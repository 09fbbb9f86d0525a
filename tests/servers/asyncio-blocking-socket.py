# Model: blocking
# Says: Coroutines that call a blocking socket's recv: the whole loop sleeps on the first client.
# Wrong: accepts-everybody
# Call: recvfrom
# Client: A
# Line: 20
# Scenario: later

import asyncio
import os
import socket
import sys


async def serve_client(connection: socket.socket) -> None:
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


async def serve_all(listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    listener.setblocking(False)
    tasks = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        connection.setblocking(True)
        task = loop.create_task(serve_client(connection))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def serve(listener: socket.socket) -> None:
    asyncio.run(serve_all(listener))


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
