"""What only a control group can bound, and that no group is left behind."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from grader.exceptions import SandboxUnavailable
from grader.sandbox import cgroups, choices, delegation
from grader.sandbox.delegation import Place
from tests.grader.sandbox.conftest import ORDINARY, Driver

pytestmark = pytest.mark.sandbox

SHARED_MEMORY_HOG = """
    import mmap
    held = []
    while True:
        held.append(mmap.mmap(-1, 8 << 20))
        held[-1].write(b"x" * (8 << 20))
"""
SOCKET_HOG = """
    import socket
    held = []
    while True:
        pair = socket.socketpair()
        pair[0].setblocking(False)
        held.append(pair)
        try:
            while True:
                pair[0].send(bytes(1 << 16))
        except BlockingIOError:
            pass
        if len(held) > 450:
            print("all the sockets that there are", flush=True)
            import signal; signal.pause()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """A group that was given to the user of a driver."""

    environment: Mapping[str, str]
    place: Place

    def groups(self) -> list[str]:
        return sorted(
            {
                path.name
                for directory in self.place.directories.values()
                for path in delegation.directories_in(directory)
            }
        )


@pytest.fixture
def delegated(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Delegated]:
    """Make a group at the root of every tree, and give it to the driver's user, as an operator."""
    if os.geteuid() != 0:
        pytest.skip("only root can delegate")
    name = f"/iomodels-of-tests-{os.getpid()}"
    monkeypatch.setenv(choices.CGROUP, "/")
    try:
        root = delegation.find()
    except SandboxUnavailable:
        pytest.skip("no control group can be had here")
    assert root
    place = root.below(name[1:])
    place.make()
    if driver.user == "ordinary":
        place.give_to(int(ORDINARY))
    try:
        yield Delegated(environment={choices.CGROUP: name}, place=place)
    finally:
        place.remove()


@pytest.mark.parametrize("hog", [SHARED_MEMORY_HOG, SOCKET_HOG])
def test_memory_that_no_process_owns_up_to_is_bounded(
    driver: Driver, delegated: Delegated, hog: str
) -> None:
    shown = driver.run(
        f"""
        enter(slot=None)
        limits = Limits(memory_bytes=64 << 20)
        box = box_of({hog!r}, limits=limits)
        wait(box.pidfd)
        show(excess=exceeded(limits, box.usage()), signal=box.close().signal)
        """,
        environment=delegated.environment,
    )

    assert shown == {"excess": "memory", "signal": 9}


def test_cpu_time_of_children_that_nobody_waits_for_is_counted(
    driver: Driver, delegated: Delegated
) -> None:
    program = """
        import os, signal, time
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gone, end = os.pipe()
        if os.fork() == 0:
            while time.process_time() < 0.3:
                pass
            os._exit(0)
        os.close(end)
        os.read(gone, 1)
        print(flush=True)
        signal.pause()
    """

    shown = driver.run(
        f"""
        enter(slot=None)
        box = box_of({program!r})
        first_line_of(box)
        show(milliseconds=box.usage().cpu_ns // 1_000_000)
        """,
        environment=delegated.environment,
    )

    assert 290 <= shown["milliseconds"] < 1000


def test_what_an_earlier_box_used_is_not_counted_again(
    driver: Driver, delegated: Delegated
) -> None:
    shown = driver.run(
        f"""
        enter(slot=None)
        limits = Limits(memory_bytes=64 << 20)
        hog = box_of({SHARED_MEMORY_HOG!r}, limits=limits)
        wait(hog.pidfd), hog.close()
        box = box_of("import signal; print(flush=True); signal.pause()", limits=limits)
        first_line_of(box)
        show(excess=exceeded(limits, box.usage()), is_cheap=box.usage().cpu_ns < 10**9)
        """,
        environment=delegated.environment,
    )

    assert shown == {"excess": None, "is_cheap": True}


def test_groups_stand_beside_each_other_and_are_gone_with_their_boxes(
    driver: Driver, delegated: Delegated
) -> None:
    with driver.holding(
        """
        enter(slot=None)
        boxes = [box_of("import signal; signal.pause()") for _ in range(2)]
        pids = [pid for box in boxes for pid in box.processes()]
        before = [Path(f"/proc/{pid}/cgroup").read_text() for pid in pids]
        boxes[0].close()
        boxes.append(box_of("import signal; signal.pause()"))
        before.append(Path(f"/proc/{boxes[2].processes()[0]}/cgroup").read_text())
        own = Path("/proc/self/cgroup").read_text()
        show(before=before, own=own, pid=os.getpid())
        sys.stdin.read()
        """,
        environment=delegated.environment,
    ) as shown:
        (grading,) = delegated.groups()
        within = sorted(
            {
                path.name
                for directory in delegated.place.directories.values()
                for path in (directory / grading).iterdir()
                if path.is_dir()
            }
        )

    places = zip(shown["before"], ("/box-0", "/box-1", "/box-0"), strict=True)
    assert [name in text for text, name in places] == [True, True, True]
    assert "/driver" in shown["own"]
    assert within == ["box-0", "box-1", "driver"]
    # The starter's task, done here in its place.
    cgroups.sweep(delegated.place)
    assert delegated.groups() == []


def test_sweep_leaves_a_grading_alone_that_still_runs(driver: Driver, delegated: Delegated) -> None:
    with driver.holding(
        "enter(slot=None); show(); sys.stdin.read()", environment=delegated.environment
    ):
        before = delegated.groups()
        cgroups.sweep(delegated.place)

        assert delegated.groups() == before != []


def test_next_grading_removes_the_group_of_one_that_was_killed(
    driver: Driver, delegated: Delegated
) -> None:
    with driver.popen(
        "enter(slot=None); show(); sys.stdin.read()", stdin=-1, environment=delegated.environment
    ) as killed:
        assert killed.stdout
        killed.stdout.readline()
        left = delegated.groups()
        killed.kill()

    driver.run("enter(slot=None); show()", environment=delegated.environment)

    assert len(left) == 1
    assert left[0] not in delegated.groups()


def test_enter_is_refused_without_a_group(driver: Driver) -> None:
    if driver.user == "root":
        pytest.skip("root may make groups where it likes")
    shown = driver.run(
        """
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
        """,
        environment={"SANDBOX_ALLOW_NO_CGROUP": "0"},
    )

    assert shown["error"].startswith("No control group is delegated to this user")
    assert "SANDBOX_ALLOW_NO_CGROUP=1" in shown["error"]


def test_enter_is_refused_with_a_group_that_cannot_be_used(driver: Driver) -> None:
    shown = driver.run(
        """
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
        """,
        environment={"SANDBOX_CGROUP": "/no/such/group"},
    )

    assert shown == {
        "error": "SANDBOX_CGROUP is /no/such/group, but there this process cannot make groups with "
        "the controllers memory and pids."
    }
