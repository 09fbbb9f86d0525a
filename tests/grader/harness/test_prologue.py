"""What /proc tells of a running server, in strace's words; and a server that is observed late."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.harness.prologue import prologue
from iomodels.trace import Call, read

ROOT = Path(__file__).parents[3]
SERVER = """
import asyncio

async def echo(reader, writer):
    while data := await reader.read(99):
        writer.write(data)

async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def test_prologue_tells_flags_and_interest_lists() -> None:
    with ExitStack() as open_:
        listener = open_.enter_context(socket.create_server(("127.0.0.1", 0)))
        epoll = open_.enter_context(select.epoll())
        listener.setblocking(False)
        epoll.register(listener, select.EPOLLIN | select.EPOLLET)
        holder = f"{epoll.fileno()}<anon_inode:[eventpoll]>"
        number, port = listener.fileno(), listener.getsockname()[1]
        label = f"{number}<TCP:[127.0.0.1:{port}]>"

        trace = read(prologue([os.getpid()], at_ns=1_000_000_002))

    assert trace.refusals == ()
    calls = [(event.name, event.arguments) for event in trace.events if isinstance(event, Call)]
    assert ("fcntl", f"{label}, F_SETFL, O_RDWR|O_NONBLOCK") in calls
    # Python leaves the upper half of u64 as it was.
    entry = f"{{events=EPOLLIN|EPOLLET, data={{u32={number}, u64="
    added = [words for name, words in calls if name == "epoll_ctl"]
    assert [words for words in added if f"{holder}, EPOLL_CTL_ADD, {label}, {entry}" in words]


def test_prologue_tells_threads_and_children_apart() -> None:
    with subprocess.Popen(["sleep", "9"]) as child:
        trace = read(prologue([os.getpid(), child.pid], at_ns=1_000_000_002))
        child.kill()

    made = {event.result for event in trace.events if isinstance(event, Call)}
    assert child.pid in made


@pytest.fixture
def running() -> Iterator[tuple[int, int]]:
    """Run a server in this network; return its process and its port."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.pid, int(server.stdout.readline())
        assert server.poll() is None
        server.kill()


@pytest.mark.sandbox
def test_a_running_server_is_observed_and_left_running(
    running: tuple[int, int], tmp_path: Path
) -> None:
    process_id, port = running
    found = tmp_path / "found.json"
    options = ["--pid", str(process_id), "--port", str(port), "--json", str(found)]

    done = subprocess.run(
        [sys.executable, "-m", "grader", "observe", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    observed = json.loads(found.read_text())
    assert (observed["model"], observed["harmful_ms"]) == ("epoll", 0)
    assert observed["trace"]["refused"] == []
