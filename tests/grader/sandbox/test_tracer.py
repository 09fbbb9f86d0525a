"""strace between the driver and the program: unseen from inside, and nobody's way to hang us."""

import os
import signal

import pytest

from tests.grader.sandbox.conftest import Driver
from tests.grader.sandbox.test_driver import SLEEPER, all_end, answer_of, below

pytestmark = pytest.mark.sandbox

TRACED_SLEEPER = SLEEPER.replace('pause()")', 'pause()", is_traced=True)')


def test_program_inherits_nothing_of_the_tracer(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of('''
            import os, stat
            print([name for name in sorted(os.listdir("/proc/self/fd"))
                   if os.path.lexists("/proc/self/fd/" + name)])
            print([os.path.join(folder, name) for folder, _, names in os.walk("/tmp")
                   for name in names])
            print("trace" in os.environ, os.listdir("/proc/1"))
        ''', is_traced=True)
        output = output_of(box)
        show(output=output.splitlines(), exit=box.close().code, said=len(box.tracer.content) > 0)
    """)

    assert shown["output"][0] == "['0', '1', '2']"
    assert shown["output"][1:] == ["[]", "False []"]
    assert (shown["exit"], shown["said"]) == (0, True)


def test_flood_is_kept_up_to_the_cap_and_counted_beyond(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of('''
            import select
            for _ in range(20_000):
                select.select([], [], [], 0)
            print("done")
        ''', limits=Limits(trace_bytes=100_000), is_traced=True)
        poll = select.poll()
        poll.register(box.pidfd, select.POLLIN)
        while not poll.poll(1):
            box.tracer.drain()
        output = output_of(box)
        exit = box.close()
        show(kept=len(box.tracer.content), lost=box.tracer.lost_bytes, output=output,
             code=exit.code)
    """)

    assert shown["kept"] == 100_000
    assert shown["lost"] > 20_000 * 60 - 100_000
    assert (shown["output"], shown["code"]) == ("done\n", 0)


def test_nobody_reading_the_trace_holds_the_program_and_not_the_end(driver: Driver) -> None:
    shown = driver.run("""
        import fcntl, struct, termios
        enter(slot=None)
        box = box_of('''
            import select
            print("begun", flush=True)
            while True:
                select.select([], [], [], 0)
        ''', is_traced=True)
        begun = first_line_of(box)
        size = fcntl.fcntl(box.tracer.descriptor, 1032)  # F_GETPIPE_SZ
        def queued():
            return struct.unpack("i", fcntl.ioctl(box.tracer.descriptor, termios.FIONREAD, b"1234"))
        while queued()[0] < size * 9 // 10 and not wait(box.pidfd, 5):
            pass
        exit = box.close()
        is_whole = box.tracer.content.rstrip().endswith(b"+++")
        show(begun=begun, signal=exit.signal, is_whole=is_whole, lost=box.tracer.lost_bytes)
    """)

    assert shown == {"begun": "begun\n", "signal": signal.SIGKILL, "is_whole": True, "lost": 0}


@pytest.mark.parametrize("number", ["SIGSTOP", "SIGTSTP", "SIGTTIN"])
def test_program_that_stops_its_init_does_not_hang_the_end(driver: Driver, number: str) -> None:
    shown = driver.run(f"""
        enter(slot=None)
        box = box_of('''
            import os, signal
            if not os.fork():
                os.kill(1, signal.{number})
                os.kill(os.getppid(), signal.{number})
                print("sent", flush=True)
            signal.pause()
        ''', is_traced=True)
        said = first_line_of(box)
        show(said=said, has_closed=box.close() is not None)
    """)

    assert shown == {"said": "sent\n", "has_closed": True}


def test_program_that_is_stopped_is_known_to_be(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        box = box_of('''
            import os, signal
            print(flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        ''', is_traced=True)
        poll = select.poll()
        poll.register(box.tracer.descriptor, select.POLLIN)
        while not box.tracer.stopped and poll.poll(10_000):
            box.tracer.drain()
        show(is_stopped=box.tracer.stopped == set(box.processes()))
        box.close()
    """)

    assert shown == {"is_stopped": True}


def test_start_is_refused_without_strace(driver: Driver) -> None:
    shown = driver.run("""
        enter(slot=None)
        os.environ["PATH"] = "/nowhere"
        try:
            box_of("", is_traced=True)
        except SandboxUnavailable as error:
            show(error=str(error))
    """)

    problem, _, remedy = shown["error"].partition(" To mend it: ")
    assert problem == "strace is not on PATH."
    assert "strace" in remedy


@pytest.mark.parametrize("victim", ["outer process", "driver", "strace"])
def test_nobody_survives(driver: Driver, victim: str) -> None:
    with driver.popen(TRACED_SLEEPER) as process:
        assert answer_of(process) == {"started": True}
        everybody = [os.pidfd_open(pid) for pid in below(process.pid)]
        # driver, strace, bubblewrap, the box's pid 1, the program and its child
        assert len(everybody) == 6

        if victim == "outer process":
            process.kill()
        else:
            number = ["driver", "strace"].index(victim)
            signal.pidfd_send_signal(everybody[number], signal.SIGKILL)

        assert all_end(everybody)
        process.kill()
        for pidfd in everybody:
            os.close(pidfd)
