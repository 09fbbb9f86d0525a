"""Where version 2 of control groups lets a process make groups; `make test-cgroup2` runs these."""

import os
from dataclasses import replace

import pytest

from grader.sandbox import cgroups
from tests.grader.sandbox.conftest import Delegated

pytestmark = pytest.mark.sandbox

# A worker, which starts a grading and lives on.
WORKER = """
    child = os.fork()
    if child == 0:
        enter(slot=None)
        box = box_of("print('served')")
        is_served = output_of(box).strip() == "served"
        box.close()
        os._exit(0 if is_served else 1)
    _, status = os.waitpid(child, 0)
    show(status=status, own=Path("/proc/self/cgroup").read_text().strip())
"""
# As a container is given its part of the tree.
CONTAINER = [
    *("unshare", "--cgroup", "--mount", "sh", "-c"),
    'umount /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"',
    "sh",
]


@pytest.fixture
def second(delegated: Delegated) -> Delegated:
    if delegated.place.version != 2:
        pytest.skip("the control groups here are of version 1")
    return delegated


@pytest.fixture
def within(second: Delegated) -> Delegated:
    """Let the worker begin in the group itself, and know nothing of it."""
    directory = second.place.directories["memory"]
    driver = replace(second.driver, group=directory, environment={"SANDBOX_ALLOW_NO_CGROUP": "0"})
    return replace(second, driver=driver)


def test_group_that_systemd_delegates_is_found_and_emptied(within: Delegated) -> None:
    directory = within.place.directories["memory"]
    kind = "trusted" if within.driver.user == "root" else "user"
    os.setxattr(directory, f"{kind}.delegate", b"1")

    shown = within.driver.run(WORKER)

    assert shown == {"status": 0, "own": f"0::/{directory.name}/iomodels-workers"}
    assert (directory / "cgroup.subtree_control").read_text() == "memory pids\n"
    cgroups.sweep(within.place)
    assert within.groups() == []


def test_group_that_a_container_is_given_is_found_and_emptied(within: Delegated) -> None:
    become = [*CONTAINER, *within.driver.become]

    shown = replace(within.driver, become=become).run(WORKER)

    assert shown == {"status": 0, "own": "0::/iomodels-workers"}


def test_next_worker_finds_the_group_that_an_earlier_one_was_moved_to(second: Delegated) -> None:
    shown = [second.driver.run(WORKER)["status"] for _ in range(2)]

    assert shown == [0, 0]


def test_group_that_nobody_delegated_is_left_alone(within: Delegated) -> None:
    shown = within.driver.run("""
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    assert shown["error"].startswith("No control group is delegated to this user")
    assert within.groups() == []


def test_ordinary_user_who_stands_outside_is_told_so(second: Delegated) -> None:
    if second.driver.user == "root":
        pytest.skip("root may move whom it likes")
    outside = replace(second.driver, group=None)

    shown = outside.run("""
        try:
            enter(slot=None)
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    name = second.place.directories["memory"].name
    assert shown["error"] == (
        f"SANDBOX_CGROUP is /{name}, but this process stands outside of it, and so may not move "
        "itself there."
    )


def test_nobody_of_a_box_survives_too_much_memory(second: Delegated) -> None:
    """The parent uses next to nothing, and would wait for ever."""
    program = """
        import mmap, os, signal
        if os.fork():
            signal.pause()
        held = []
        while True:
            held.append(mmap.mmap(-1, 8 << 20))
            held[-1].write(b"x" * (8 << 20))
    """

    shown = second.driver.run(f"""
        enter(slot=None)
        box = box_of({program!r}, limits=Limits(memory_bytes=64 << 20))
        show(is_over=wait(box.pidfd), is_counted=box.usage().oom_kills > 0)
    """)

    assert shown == {"is_over": True, "is_counted": True}
