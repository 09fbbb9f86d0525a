import os
import signal
import socket
import threading
from dataclasses import replace

import pytest

from grader import procfs
from grader.harness import threads
from grader.harness.threads import Thread, look
from iomodels.syscalls import numbers
from tests.grader.harness.sleepers import asleep, eventually, sleeper

RECVFROM = numbers(os.uname().machine)["recvfrom"]


def test_a_thread_asleep_is_seen_with_its_call_and_arguments() -> None:
    near, far = socket.socketpair()
    with near, far, sleeper("sockets[0].recv(7)", far) as process:
        (thread,) = asleep(process, "recvfrom")

        descriptor = far.fileno()

    assert (thread.arguments[0], thread.arguments[2]) == (descriptor, 7)
    assert replace(thread, switches=("", ""), arguments=()) == Thread(
        process_id=process.pid,
        thread_id=process.pid,
        inner_id=process.pid,
        state="S",
        switches=("", ""),
        awaits_alarms=False,
        syscall=RECVFROM,
        arguments=(),
    )


def test_a_thread_that_never_woke_looks_the_same() -> None:
    near, far = socket.socketpair()
    with near, far, sleeper("sockets[0].recv(1)", far) as process:
        before = asleep(process, "recvfrom")

        assert look([process.pid]) == before


def test_a_thread_that_woke_and_sleeps_again_looks_different() -> None:
    near, far = socket.socketpair()
    with near, far, sleeper("while sockets[0].recv(1): pass", far) as process:
        before = asleep(process, "recvfrom")
        near.send(b"x")

        after = eventually(lambda: asleep(process, "recvfrom"), until=lambda seen: seen != before)

    assert [thread.syscall for thread in after] == [thread.syscall for thread in before]
    assert after[0].switches != before[0].switches


def test_every_thread_of_every_process_is_seen() -> None:
    code = "threading.Thread(target=sleep, args=(99,)).start(); sleep(99)"
    with sleeper(code) as one, sleeper("sleep(99)") as other:
        asleep(one, "clock_nanosleep", "clock_nanosleep")
        asleep(other, "clock_nanosleep")

        seen = look([one.pid, other.pid])

    assert [thread.process_id for thread in seen] == [one.pid, one.pid, other.pid]
    assert len({thread.thread_id for thread in seen}) == 3


def test_a_thread_that_runs_is_not_asleep() -> None:
    (mine,) = [one for one in look([os.getpid()]) if one.thread_id == threading.get_native_id()]

    assert (mine.state, mine.is_asleep) == ("R", False)


@pytest.mark.parametrize("state", ["R", "D"])
def test_only_an_interruptible_sleep_in_a_call_is_a_sleep(state: str) -> None:
    with sleeper("sleep(99)") as process:
        (thread,) = asleep(process, "clock_nanosleep")

    assert thread.is_asleep
    assert not replace(thread, state=state).is_asleep
    assert not replace(thread, syscall=None).is_asleep


def test_a_stopped_program_counts_as_asleep() -> None:
    with sleeper("sleep(99)") as process:
        asleep(process, "clock_nanosleep")
        process.send_signal(signal.SIGSTOP)

        (thread,) = eventually(lambda: look([process.pid]), until=lambda seen: seen[0].state == "T")

    assert (thread.state, thread.is_asleep) == ("T", True)


@pytest.mark.parametrize(
    ("number", "catches"),
    [("SIGALRM", True), ("SIGVTALRM", True), ("SIGPROF", True), ("SIGUSR1", False)],
)
def test_a_program_that_awaits_alarms_may_wake_by_itself(number: str, catches: object) -> None:
    with sleeper(f"signal.signal(signal.{number}, print); sleep(99)") as process:
        (thread,) = asleep(process, "clock_nanosleep")

    assert thread.awaits_alarms == catches


def test_a_thread_on_its_way_out_is_not_taken_for_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    read = procfs.content

    def refuse(path: str) -> bytes:
        if path.endswith("/syscall"):
            raise PermissionError
        return read(path)

    monkeypatch.setattr(threads, "content", refuse)
    with sleeper("sleep(99)") as process:
        (thread,) = look([process.pid])

    assert thread.is_asleep is False


def test_a_program_that_ended_has_no_threads() -> None:
    with sleeper("pass") as process:
        zombie = eventually(lambda: look([process.pid]), until=lambda seen: not seen)
        process.wait()

        assert (zombie, look([process.pid])) == ((), ())
