# Model: thread-pool
# Says: Blocking reads are given to an executor, which has one thread: the first client keeps it.
# Wrong: waits-for-everyone
# Call: recvfrom
# Client: A
# Line: 17
# Scenario: silent

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def read(connection: socket.socket) -> bytes:
    return connection.recv(65536)


async def serve_client(connection: socket.socket, executor: ThreadPoolExecutor) -> None:
    """Echo one client's lines until it ends or is gone."""
    loop = asyncio.get_running_loop()
    unfinished = b""
    with connection:
        try:
            while data := await loop.run_in_executor(executor, read, connection):
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                if newline:
                    await loop.run_in_executor(executor, connection.sendall, lines + newline)
        except OSError:
            return


async def serve_all(listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    listener.setblocking(False)
    tasks = set()
    with ThreadPoolExecutor(max_workers=1) as executor:
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setblocking(True)
            task = loop.create_task(serve_client(connection, executor))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


def serve(listener: socket.socket) -> None:
    asyncio.run(serve_all(listener))


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
