"""What a student's server may well do, each in a few lines: prints what failed, by name."""

import asyncio
import fcntl
import json
import multiprocessing
import os
import select
import selectors
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable


def connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("localhost", 0)) as server:
        client = socket.create_connection(server.getsockname())
        return server.accept()[0], client


def multiplexing() -> None:
    for kind in (selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector):
        server, client = connected()
        with kind() as selector:
            selector.register(server, selectors.EVENT_READ)
            client.send(b"x")
            assert selector.select(10)


def edge_triggered() -> None:
    server, client = connected()
    epoll = select.epoll()
    epoll.register(server, select.EPOLLIN | select.EPOLLET)
    client.send(b"x")
    assert epoll.poll(10)
    assert not epoll.poll(0)


def signal_driven() -> None:
    server, client = connected()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
    fcntl.fcntl(server, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(server, fcntl.F_GETFL)
    fcntl.fcntl(server, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
    client.send(b"x")
    assert signal.sigtimedwait({signal.SIGIO}, 10)


def asynchronous() -> None:
    async def serve() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "localhost", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        assert await reader.read() == b""
        writer.close()
        server.close()
        assert await (await asyncio.create_subprocess_exec("true")).wait() == 0

    asyncio.run(serve())


def threads() -> None:
    together = threading.Barrier(41)
    for _ in range(40):
        threading.Thread(target=together.wait).start()
    together.wait(10)


def processes() -> None:
    with multiprocessing.Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]


def shell() -> None:
    assert subprocess.check_output("echo hello | cat", shell=True) == b"hello\n"


def datagrams() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as each:
        each.bind(("::1", 0))
        each.sendto(b"x", each.getsockname())
        assert each.recv(10) == b"x"


def low_ports() -> None:
    socket.create_server(("", 80)).close()


def passing_descriptors() -> None:
    one, other = socket.socketpair()
    socket.send_fds(one, [b"x"], [0])
    assert len(socket.recv_fds(other, 1, 1)[1]) == 1


def files() -> None:
    server, client = connected()
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 10)
        file.seek(0)
        assert client.sendfile(file) == 10
    assert server.recv(100) == b"x" * 10
    sqlite3.connect("/tmp/database").execute("CREATE TABLE t (x)")


def main() -> None:
    things: list[Callable[[], None]] = [
        multiplexing,
        edge_triggered,
        signal_driven,
        asynchronous,
        threads,
        processes,
        shell,
        datagrams,
        low_ports,
        passing_descriptors,
        files,
    ]
    failed = {}
    for thing in things:
        try:
            thing()
        except (AssertionError, OSError, RuntimeError) as error:
            failed[thing.__name__] = repr(error)
    sys.stdout.write(json.dumps(failed))


if __name__ == "__main__":
    main()
