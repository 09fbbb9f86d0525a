"""What only a control group can bound, and that no group is left behind."""

import pytest

from grader.sandbox import cgroups
from tests.grader.sandbox.conftest import Delegated, Driver

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


@pytest.mark.parametrize("hog", [SHARED_MEMORY_HOG, SOCKET_HOG])
def test_memory_that_no_process_owns_up_to_is_bounded(delegated: Delegated, hog: str) -> None:
    shown = delegated.driver.run(
        f"""
        enter(slot=None)
        limits = Limits(memory_bytes=64 << 20)
        box = box_of({hog!r}, limits=limits)
        wait(box.pidfd)
        show(excess=exceeded(limits, box.usage()), signal=box.close().signal)
        """,
    )

    assert shown == {"excess": "memory", "signal": 9}


def test_cpu_time_of_children_that_nobody_waits_for_is_counted(delegated: Delegated) -> None:
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
        print(time.process_time_ns(), flush=True)
        signal.pause()
    """

    shown = delegated.driver.run(
        f"""
        enter(slot=None)
        box = box_of({program!r})
        own_ns = int(first_line_of(box))
        show(milliseconds=(box.usage().cpu_ns - own_ns) // 1_000_000)
        """,
    )

    assert 290 <= shown["milliseconds"] < 1000


def test_what_an_earlier_box_used_is_not_counted_again(delegated: Delegated) -> None:
    busy = """
    import time
    while time.process_time() < 0.3:
        pass
    """
    busy += SHARED_MEMORY_HOG
    idle = "import signal, time; print(time.process_time_ns(), flush=True); signal.pause()"

    shown = delegated.driver.run(
        f"""
        enter(slot=None)
        limits = Limits(memory_bytes=64 << 20)
        hog = box_of({busy!r}, limits=limits)
        wait(hog.pidfd)
        before_ns = hog.usage().cpu_ns
        hog.close()
        box = box_of({idle!r}, limits=limits)
        own_ns = int(first_line_of(box))
        used = box.usage()
        show(excess=exceeded(limits, used), is_cheap=used.cpu_ns - own_ns < before_ns)
        """,
    )

    assert shown == {"excess": None, "is_cheap": True}


def test_group_itself_bounds_the_number_of_processes(delegated: Delegated) -> None:
    shown = delegated.driver.run(
        """
        enter(slot=None)
        from grader.sandbox import namespaces
        group = namespaces.group().take(Limits(processes=4))
        child = os.fork()
        if child:
            show(made=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        else:
            group.add(os.getpid())
            made = 0
            try:
                while os.fork():
                    made += 1
                wait(os.pidfd_open(os.getppid()))
            except BlockingIOError:
                os._exit(made)
        """,
    )

    # Four, and bubblewrap's pid 1, in whose place the first one stands here.
    assert shown == {"made": 4}


def test_groups_stand_beside_each_other_and_are_gone_with_their_boxes(delegated: Delegated) -> None:
    with delegated.driver.holding(
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


def test_sweep_leaves_a_grading_alone_that_still_runs(delegated: Delegated) -> None:
    with delegated.driver.holding("enter(slot=None); show(); sys.stdin.read()"):
        before = delegated.groups()
        cgroups.sweep(delegated.place)

        assert delegated.groups() == before != []


def test_next_grading_removes_the_group_of_one_that_was_killed(delegated: Delegated) -> None:
    with delegated.driver.popen("enter(slot=None); show(); sys.stdin.read()", stdin=-1) as killed:
        assert killed.stdout
        killed.stdout.readline()
        left = delegated.groups()
        killed.kill()

    delegated.driver.run("enter(slot=None); show()")

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
