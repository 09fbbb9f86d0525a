"""Attacks by those who end at the wrong moment: nobody who was in a box outlives that."""

import os
import signal
from pathlib import Path

import pytest

from tests.grader.sandbox.conftest import Driver
from tests.grader.sandbox.test_driver import all_end, answer_of, below

pytestmark = pytest.mark.sandbox

TRACED_SLEEPER = """
    enter(slot=None)
    program = "import os, signal; os.fork(); print(flush=True); signal.pause()"
    box = box_of(program, is_traced=True)
    first_line_of(box), first_line_of(box)
    show(started=True)
    while not wait(box.pidfd, 5):
        box.tracer.drain()
"""


# Attack: 47, a start by a thread that ends
# Tries: to start a box from a thread of the driver's that ends at once.
# Meets: the end of the box: bubblewrap dies with the thread that started it, and takes all along.
def test_nobody_survives_the_thread_that_started_the_box(driver: Driver) -> None:
    shown = driver.run("""
        import threading
        enter(slot=None)
        boxes = []

        def begin():
            program = "import os, signal; os.fork(); print(flush=True); signal.pause()"
            boxes.append(box_of(program))
            first_line_of(boxes[0]), first_line_of(boxes[0])

        thread = threading.Thread(target=begin)
        thread.start()
        thread.join()
        is_over = wait(boxes[0].pidfd)
        boxes[0].close()
        left = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
        show(is_over=is_over, left=left)
    """)

    assert shown == {"is_over": True, "left": ["1"]}


# Attack: 48, a driver that is killed while it traces
# Tries: to go on without a driver: SIGKILL for it while strace stops the program at each call.
# Meets: the end of the driver's pid namespace: strace, bubblewrap and the program are all in it.
# Attack: 49, an outer process that is killed
# Tries: to go on without the outer process, which the worker knows: SIGKILL for that one.
# Meets: the driver's parent-death signal, and so the same.
@pytest.mark.parametrize("victim", ["driver", "outer"])
def test_nobody_survives_while_traced(driver: Driver, victim: str) -> None:
    with driver.popen(TRACED_SLEEPER) as process:
        assert answer_of(process) == {"started": True}
        everybody = [os.pidfd_open(pid) for pid in below(process.pid)]
        # The driver, strace, bubblewrap, the box's pid 1, the program and its child.
        assert len(everybody) == 6

        if victim == "driver":
            signal.pidfd_send_signal(everybody[0], signal.SIGKILL)
        else:
            process.kill()

        assert all_end(everybody)
    for pidfd in everybody:
        os.close(pidfd)


# Attack: 50, links where somebody will write or read
# Tries: to put links and folders at the name under which a program is taken out of a box.
# Meets: a name that is opened without following anything, in a box in which nobody is left.
@pytest.mark.parametrize(
    "left",
    [
        "os.symlink('/proc/self/environ', '/tmp/server')",
        "os.symlink('/run/iomodels-etc/passwd', '/tmp/server')",
        "os.symlink('../../w/program.py', '/tmp/server')",
        "os.mkdir('/tmp/server')",
        "os.chmod('/tmp', 0)",
    ],
)
def test_links_are_not_followed_out_of_the_box(driver: Driver, left: str) -> None:
    shown = driver.run(f"""
        enter(slot=None)
        box = box_of({f"import os; {left}; print('done')"!r})
        output = output_of(box)
        wait(box.pidfd)
        taken = box.take("server", most_bytes=1 << 20)
        again = None
        for name in ("../server", "/etc/passwd", "a/b"):
            try:
                again = box.take(name, most_bytes=1 << 20)
            except ValueError:
                pass
        box.close()
        boxes = os.listdir("/run/iomodels-boxes")
        show(output=output, taken=taken is not None, again=again, boxes=boxes)
    """)

    assert shown == {"output": "done\n", "taken": False, "again": None, "boxes": []}


def test_a_box_leaves_no_name_that_the_next_one_could_meet(driver: Driver) -> None:
    """Its folder is made anew and belongs to the driver; its files were never in a shared one."""
    shown = driver.run("""
        enter(slot=None)
        program = "import os; os.symlink('/etc/passwd', '/tmp/next'); print(os.listdir('/tmp'))"
        first = output_of(one := box_of(program))
        wait(one.pidfd), one.close()
        second = output_of(two := box_of(program))
        wait(two.pidfd), two.close()
        show(first=first, second=second)
    """)

    assert shown == {"first": "['next']\n", "second": "['next']\n"}
    assert not Path("/tmp/next").is_symlink()
