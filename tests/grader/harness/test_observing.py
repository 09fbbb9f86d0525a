"""`python -m grader observe` as an operator types it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.sandbox

PROJECT = Path(__file__).parents[3]
OUR_TROUBLE = "grader: The grader could not work, which says nothing about your program.\n"
# /usr/bin/python3 may be another than the tests': the simplest server there is.
ONE_AT_A_TIME = """
import os, socket
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    client, _ = listener.accept()
    while content := client.recv(4096):
        client.sendall(content)
"""
DATAGRAMS = """
import os, socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(os.environ["PORT"])))
while True:
    content, sender = server.recvfrom(4096)
    server.sendto(content, sender)
"""
KEYS = {
    "model",
    "family",
    "title",
    "reasons",
    "votes",
    "threads",
    "processes",
    "harmful_ms",
    "harmful",
    "sleeps",
    "asleep_ms",
    "refused_reads",
    "spins",
    "calls",
    "messages",
    "cpu_ms",
    "trace",
}


def observe(
    *options: str, command: tuple[str, ...], path: str = os.environ["PATH"]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", "observe", *options, "--", *command],
        cwd=PROJECT,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def python(program: str) -> tuple[str, ...]:
    return "/usr/bin/python3", "-c", program


def found(done: subprocess.CompletedProcess[str], file: Path) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, "")
    value: dict[str, Any] = json.loads(file.read_text())
    return value


def test_what_was_found_as_json_has_the_documented_names(tmp_path: Path) -> None:
    file = tmp_path / "found.json"

    done = observe("--port", "8000", "--json", str(file), command=python(ONE_AT_A_TIME))

    seen = found(done, file)
    assert set(seen) == KEYS
    assert (seen["model"], seen["family"]) == ("blocking", "blocking")
    assert (seen["threads"], seen["processes"], set(seen["asleep_ms"])) == (1, 1, {"main"})
    assert seen["trace"] == {"lines": seen["trace"]["lines"], "refused": [], "lost_bytes": 0}
    first = seen["harmful"][0]
    assert set(first) == {
        "thread",
        "call",
        "clients",
        "started_ms",
        "lasted_ms",
        "line",
        "file",
        "neglected",
    }
    assert (first["call"], first["clients"]) == ("recvfrom", ["A"])
    assert {name for one in first["neglected"] for name in one} == {
        "client",
        "unread",
        "lasted_ms",
    }
    assert "blocking, one client at a time" in done.stdout
    assert "What it cost" in done.stdout


def test_a_scenario_of_ones_own_is_played(tmp_path: Path) -> None:
    script, file = tmp_path / "script", tmp_path / "found.json"
    script.write_text('connect A\nA sends "x"\nA receives "x"\nA sends "y"\nA receives "y"\n')

    done = observe(
        "--port", "8000", "--scenario", str(script), "--json", str(file),
        command=python(ONE_AT_A_TIME),
    )  # fmt: skip

    seen = found(done, file)
    assert (seen["messages"], seen["harmful"], seen["model"]) == (2, [], "blocking")
    assert "Nobody had to wait while the server slept on something else." in done.stdout


def test_datagrams_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "found.json"

    done = observe("--port", "8000", "--udp", "--json", str(file), command=python(DATAGRAMS))

    seen = found(done, file)
    assert (seen["model"], seen["messages"], seen["harmful"]) == ("blocking", 8, [])


def test_record_is_a_record(tmp_path: Path) -> None:
    file = tmp_path / "record.json"

    done = observe("--port", "8000", "--record", str(file), command=python(ONE_AT_A_TIME))

    seen = found(done, file)
    assert (seen["port"], seen["name"], len(seen["trace"]) > 100) == (8000, "observation", True)


def test_command_that_does_not_listen_is_shown_with_its_words() -> None:
    program = "import sys; print('no such database'); sys.exit(4)"

    done = observe("--port", "8000", command=python(program))

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"{OUR_TROUBLE}The command never listened on port 8000. It ended with status 4. It said:\n"
        "no such database\n"
    )


def test_command_that_listens_elsewhere_is_given_up() -> None:
    done = observe(
        "--port", "8001", "--seconds", "1",
        command=python(ONE_AT_A_TIME.replace('os.environ["PORT"]', "8000")),
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{OUR_TROUBLE}The command never listened on port 8001.\n"


def test_command_that_is_not_there_is_named() -> None:
    done = observe("--port", "8000", command=("no-such-server",))

    assert (done.returncode, done.stderr) == (
        3,
        f"{OUR_TROUBLE}There is no program no-such-server on PATH.\n",
    )


def test_strace_that_is_not_there_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "server").symlink_to("/usr/bin/true")

    done = observe("--port", "8000", command=("server",), path=str(tmp_path))

    assert done.returncode == 3
    assert done.stderr.startswith(f"{OUR_TROUBLE}strace is not on PATH. To mend it: ")


def test_no_command_is_asked_for() -> None:
    done = observe("--port", "8000", command=())

    assert (done.returncode, done.stderr) == (
        3,
        "grader: Give the server's command after --, or --pid of one that runs.\n",
    )


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = observe("--port", port, command=("true",))

    assert done.returncode == 2
    assert "argument --port" in done.stderr


def test_process_that_is_not_there_is_said_to_be() -> None:
    # One more than a process number can be, proc(5).
    done = observe("--port", "8000", "--pid", str((1 << 22) + 1), command=())

    assert (done.returncode, done.stderr) == (
        3,
        f"{OUR_TROUBLE}There is no process {(1 << 22) + 1}.\n",
    )
