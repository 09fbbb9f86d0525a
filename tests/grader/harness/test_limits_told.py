"""Each limit of the sandbox, met by a real program, and what its author is told."""

import pytest

from grader.sandbox import delegation
from tests.grader.harness.conftest import HEADER_LINES
from tests.grader.harness.test_examination import Play

pytestmark = pytest.mark.sandbox


def test_too_much_memory_is_a_finding_with_the_limit(play: Play) -> None:
    program = """
    listener = socket.create_server(("127.0.0.1", PORT))
    hoard = "x" * (96 << 20)
    listener.accept()
    """

    scenario = play(program, 'connect A\nA receives "x"\n', more="[limits]\nmemory-mib = 64")

    (finding,) = scenario.findings
    assert finding.rule == "within-limits"
    assert "64 MiB of memory, its limit" in finding.message


SHARED_HOG = """
    import mmap
    listener = socket.create_server(("127.0.0.1", PORT))
    held = []
    while True:
        held.append(mmap.mmap(-1, 1 << 20))
        held[-1].write(bytes(1 << 20))
"""
LISTEN = 'listener = socket.create_server(("127.0.0.1", PORT))\nclient, _ = listener.accept()\n'


@pytest.mark.parametrize(
    ("program", "limits", "rule", "said"),
    [
        (
            LISTEN + "import threading\nfor _ in range(99):\n"
            "    threading.Thread(target=threading.Event().wait, daemon=True).start()",
            "processes = 12",
            "within-limits",
            "it may have 12 processes and threads at a time, and clone was refused",
        ),
        (
            LISTEN + "kept = [socket.socket() for _ in range(2000)]",
            "",
            "within-limits",
            "open in each process, and socket was refused once. It ended with OSError: [Errno 24]",
        ),
        (
            LISTEN + "open('/tmp/x', 'wb').write(bytes(99 << 20))",
            "",
            "within-limits",
            "it may write 16 MiB into a file",
        ),
        (
            LISTEN + "for n in range(3000): open(f'/tmp/{n}', 'w')",
            "",
            "within-limits",
            "it may keep 2,048 files in /tmp. It ended with OSError: [Errno 28]",
        ),
        (
            LISTEN + "for n in range(30): open(f'/tmp/{n}', 'wb').write(bytes(2 << 20))",
            "",
            "within-limits",
            "it may keep 32 MiB in /tmp",
        ),
        (
            LISTEN + "bytes(5 << 30)",
            "",
            "within-limits",
            "it may have 4 GiB of addresses in each process. It ended with MemoryError",
        ),
        (
            LISTEN + "open('/w/log', 'w')",
            "",
            "asks-for-what-there-is",
            "In the sandbox files can be written in /tmp only",
        ),
        (
            LISTEN + "socket.socket(socket.AF_NETLINK)",
            "",
            "asks-for-what-there-is",
            "In the sandbox there are sockets of the families UNIX, INET and INET6 only",
        ),
        (
            LISTEN + "os.sched_setaffinity(0, [0])",
            "",
            "asks-for-what-there-is",
            "In the sandbox system calls that reach into other processes",
        ),
    ],
)
def test_a_limit_or_a_refusal_is_a_finding_with_its_value_and_the_line(
    play: Play, program: str, limits: str, rule: str, said: str
) -> None:
    scenario = play(program, 'connect A\nA receives "x"\n', more=f"[limits]\n{limits}")

    (finding,) = scenario.findings
    assert (finding.rule, said in finding.message) == (rule, True), finding.message
    assert finding.source_line == HEADER_LINES + program.rstrip().count("\n") + 1


def test_memory_that_only_a_control_group_sees_is_told_all_the_same(play: Play) -> None:
    if delegation.find() is None:
        pytest.skip("no control group can be had here")

    scenario = play(SHARED_HOG, 'connect A\nA receives "x"\n', more="[limits]\nmemory-mib = 64")

    (finding,) = scenario.findings
    assert finding.rule == "within-limits"
    assert "it used 64 MiB of memory, its limit" in finding.message
