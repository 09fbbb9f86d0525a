"""Who ends when who dies: the package's theory of operation, one sentence a test."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox

SLEEPER = """
    enter(slot=None)
    box = box_of("import os, signal; os.fork(); print(flush=True); signal.pause()")
    first_line_of(box), first_line_of(box)
    show(started=True)
    wait(box.pidfd)
"""


@contextmanager
def sleeping(driver: Driver) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Give a driver whose program sleeps, and pidfds of all that stand below it."""
    with driver.popen(SLEEPER) as process:
        assert answer_of(process) == {"started": True}
        everybody = [os.pidfd_open(pid) for pid in below(process.pid)]
        try:
            yield process, everybody
        finally:
            process.kill()
            for pidfd in everybody:
                os.close(pidfd)


def answer_of(process: subprocess.Popen[str]) -> object:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def below(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [each for child in children for each in (child, *below(child))]


def all_end(pidfds: list[int]) -> bool:
    poll = select.poll()
    for pidfd in pidfds:
        poll.register(pidfd, select.POLLIN)
    while pidfds and (ended := poll.poll(10_000)):
        for pidfd, _ in ended:
            poll.unregister(pidfd)
            pidfds = [other for other in pidfds if other != pidfd]
    return not pidfds


def test_nobody_survives_the_driver(driver: Driver) -> None:
    with sleeping(driver) as (process, everybody):
        # driver, bubblewrap, the box's pid 1, the program and its child
        assert len(everybody) == 5

        signal.pidfd_send_signal(everybody[0], signal.SIGKILL)

        assert all_end(everybody)
        assert process.wait(10) == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nobody_survives_the_outer_process(driver: Driver, number: int) -> None:
    with sleeping(driver) as (process, everybody):
        process.send_signal(number)

        assert all_end(everybody)
        assert process.wait(10) == -number


def test_nobody_survives_the_worker(driver: Driver) -> None:
    worker = f"import subprocess; subprocess.Popen({driver.command_of(SLEEPER)!r}).wait()"
    with subprocess.Popen(
        [sys.executable, "-c", worker], cwd=driver.project, stdout=subprocess.PIPE, text=True
    ) as process:
        assert answer_of(process) == {"started": True}
        everybody = [os.pidfd_open(pid) for pid in below(process.pid)]
        assert len(everybody) == 6

        process.kill()

        assert all_end(everybody)


# Who stands between a driver and a program, by their places below the driver.
CHAIN = {"strace": 0, "bubblewrap": 1, "the box's pid 1": 2, "the program": 3}


@pytest.mark.parametrize(
    ("victim", "tracing"),
    [*((victim, "traced") for victim in CHAIN), *((one, "untraced") for one in [*CHAIN][1:])],
)
def test_box_is_gone_with_whoever_of_its_chain_dies(
    driver: Driver, victim: str, tracing: str
) -> None:
    is_traced = tracing == "traced"
    place = CHAIN[victim] - (not is_traced)
    shown = driver.run(f"""
        import signal
        enter(slot=None)
        box = box_of("import os, signal; os.fork(); print(flush=True); signal.pause()",
                     is_traced={is_traced})
        first_line_of(box), first_line_of(box)
        below, chain = [os.getpid()], []
        while below:
            chain.append(below[0])
            below = [int(child) for pid in below for child in
                     Path(f"/proc/{{pid}}/task/{{pid}}/children").read_text().split()]
        os.kill(chain[1:][{place}], signal.SIGKILL)
        while not wait(box.pidfd, 1):
            if box.tracer:
                box.tracer.drain()
        box.close()
        left = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
        mounts = Path("/proc/self/mountinfo").read_text().count("iomodels-boxes")
        show(length=len(chain), left=left, boxes=os.listdir("/run/iomodels-boxes"), mounts=mounts)
    """)

    # The driver, strace, bubblewrap, the box's pid 1, the program and its child.
    assert shown == {"length": 5 + is_traced, "left": ["1"], "boxes": [], "mounts": 0}


def test_outer_process_ends_with_the_status_of_the_driver(driver: Driver) -> None:
    with driver.popen("enter(slot=None); raise SystemExit(7)") as process:
        assert process.wait(60) == 7


def test_driver_is_alone_and_unprivileged(driver: Driver) -> None:
    shown = driver.run("""
        import socket
        with socket.create_server(("127.0.0.1", 0)) as of_the_host:
            port = of_the_host.getsockname()[1]
            enter(slot=None)
            with socket.socket() as client:
                met = client.connect_ex(("127.0.0.1", port))
        status = Path("/proc/self/status").read_text()
        show(met=os.strerror(met), pid=os.getpid(), is_root=0 in os.getresuid(), cwd=os.getcwd(),
             groups=os.getgroups(), privileges="NoNewPrivs:\t1" in status, run=os.listdir("/run"))
    """)

    assert shown == {
        "met": "Connection refused",
        "pid": 1,
        "is_root": False,
        "cwd": "/",
        "groups": [],
        "privileges": True,
        "run": ["iomodels-etc", "iomodels-boxes"],
    }


def test_descriptors_from_before_stay_usable(driver: Driver) -> None:
    shown = driver.run("""
        reader, writer = os.pipe()
        enter(slot=None)
        os.write(writer, b"still here")
        os.close(writer)
        show(first=os.read(reader, 100).decode(), then=os.read(reader, 100).decode())
    """)

    # The outer process holds no copy that would keep the pipe open.
    assert shown == {"first": "still here", "then": ""}


def test_nothing_is_imported_after_entering(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        before = set(sys.modules)
        box = box_of("print(1)")
        output_of(box), box.usage(), box.close()
        show(imported=sorted(set(sys.modules) - before))
    """)

    assert shown == {"imported": []}


def test_programs_do_not_inherit_ignored_or_blocked_signals(driver: Driver) -> None:
    shown = driver.run("""
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
        enter(slot=None)
        program = "import signal; print(signal.getsignal(2), signal.pthread_sigmask(0, ()))"
        show(output=output_of(box_of(program)))
    """)

    assert shown == {"output": "<built-in function default_int_handler> set()\n"}


@pytest.mark.parametrize("what", ["start(['true'], files={}, environment={}, limits=Limits())"])
def test_start_is_refused_before_entering(driver: Driver, what: str) -> None:
    shown = driver.run(f"""
        try:
            {what}
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    assert shown == {"error": "enter() must be called before a program is started."}


def test_enter_is_refused_to_a_process_with_threads(driver: Driver) -> None:
    shown = driver.run("""
        import threading
        end = threading.Event()
        threading.Thread(target=end.wait).start()
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
        end.set()
    """)

    assert shown == {"error": "enter() must be called before any thread is started."}


def test_enter_is_refused_without_bubblewrap(driver: Driver) -> None:
    shown = driver.run("""
        os.environ["PATH"] = "/nowhere"
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error), mends="bubblewrap" in str(error).partition("To mend it: ")[2])
    """)

    assert shown["error"].startswith("bwrap is not on PATH. To mend it: ")
    assert shown["mends"]


def test_enter_is_refused_without_user_namespaces(driver: Driver) -> None:
    script = """
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
    """
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    nested = ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", forbid, "sh"]
    if driver.user == "root":
        pytest.skip("a nested root cannot become another uid, and is refused for that")

    found = replace(driver, become=[*driver.become, *nested]).run(script)

    assert found == {
        "error": "The sandbox could not make its namespaces: No space left on device. "
        "To mend it: sysctl -w user.max_user_namespaces=15000"
    }
