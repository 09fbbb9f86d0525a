"""Servers on which a proof of rest could go wrong; each was once judged wrongly, or might be."""

from collections.abc import Callable

import pytest

from iomodels.record import Outcome
from iomodels.report import ScenarioReport
from tests.grader.harness.test_examination import ECHO

pytestmark = pytest.mark.sandbox
Play = Callable[..., ScenarioReport]

ONE_THREAD = "[rules]\nat-most-threads = 1"
LISTEN = 'listener = socket.create_server(("127.0.0.1", PORT))'


def echo(more: str) -> str:
    """Return the echo server with one line more after its listening socket is made."""
    return ECHO.replace("chosen.register(listener", f"{more}\nchosen.register(listener", 1)


def test_a_small_send_buffer_is_not_taken_for_lost_bytes(play: Play) -> None:
    small = "listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)"

    scenario = play(
        echo(small),
        "connect A\nA sends 256 KiB in lines of 100\nA receives what it sent\nthe server rests\n",
    )

    assert scenario.outcome is Outcome.PASSED, scenario.findings


def test_a_child_that_is_about_to_close_is_waited_for(play: Play) -> None:
    scenario = play(
        f"""
        import signal
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        {LISTEN}
        while True:
            client, _ = listener.accept()
            if os.fork() == 0:
                while content := client.recv(99): client.sendall(content)
                os._exit(0)
            client.close()
        """,
        """
        repeat 30
            connect A
            A sends "x"
            A receives "x"
            A shuts down
            A receives end
            A closes
        end
        """,
    )

    assert scenario.outcome is Outcome.PASSED, scenario.findings


def test_children_before_listening_are_no_failure_to_listen(play: Play) -> None:
    scenario = play(
        f"""
        for _ in range(100):
            if os.fork() == 0: os._exit(0)
            os.wait()
        {LISTEN}
        listener.accept()
        """,
        "connect A\n",
    )

    assert scenario.outcome is Outcome.PASSED, scenario.findings


def test_a_handler_for_alarms_leaves_no_verdict_out(play: Play) -> None:
    handled = "import signal; signal.signal(signal.SIGALRM, print)"
    blocking = f"{handled}\n{LISTEN}\na, _ = listener.accept()\na.recv(9)\na.recv(9)"
    script = 'connect A B\nA sends "x"\nB sends "x"\nB receives "x"\n'

    assert play(echo(handled), script).outcome is Outcome.PASSED
    assert play(blocking, script).outcome is Outcome.FAILED
    assert play(echo(handled), "the server rests\n").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "polling",
    [
        "signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)\nwhile True: signal.pause()",
        """
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
while True: signal.sigwait({signal.SIGALRM})
""",
    ],
)
def test_waking_by_alarms_is_no_rest(play: Play, polling: str) -> None:
    program = f"import signal; signal.signal(signal.SIGALRM, lambda *_: 0)\n{LISTEN}\n{polling}"

    (finding,) = play(program, "the server rests\n").findings

    assert finding.rule == "rests"


def test_a_thread_that_lives_for_a_moment_is_counted(play: Play) -> None:
    program = f"""
    {LISTEN}
    client, _ = listener.accept()
    while content := client.recv(9):
        thread = threading.Thread(target=client.sendall, args=(content,))
        thread.start()
        thread.join()
    """

    (finding,) = play(program, 'connect A\nA sends "x"\nA receives "x"\n', more=ONE_THREAD).findings

    assert finding.rule == "at-most-threads"


def test_one_thread_is_counted_as_one(play: Play) -> None:
    scenario = play(ECHO, 'connect A\nA sends "x"\nA receives "x"\n', more=ONE_THREAD)

    assert scenario.outcome is Outcome.PASSED, scenario.findings


def test_a_program_that_stops_itself_is_at_rest(play: Play) -> None:
    program = f"import signal\n{LISTEN}\nos.kill(os.getpid(), signal.SIGSTOP)"

    (finding,) = play(program, 'connect A\nA sends "x"\nA receives "x"\n').findings

    assert "stopped by a signal" in finding.message


def test_urgent_data_is_a_byte_like_any_other(play: Play) -> None:
    program = f"""
    {LISTEN}
    client, _ = listener.accept()
    client.send(b"!", socket.MSG_OOB)
    client.recv(1)
    """

    assert play(program, 'connect A\nA receives "!"\n').outcome is Outcome.PASSED


def test_another_address_is_told_from_another_port(play: Play) -> None:
    program = 'socket.create_server(("::1", PORT), family=socket.AF_INET6).accept()'

    (finding,) = play(program, "connect A\n").findings

    assert "but at another address than 127.0.0.1" in finding.message


def test_closing_the_listener_is_not_blamed_on_other_clients(play: Play) -> None:
    program = f"{LISTEN}\nclient, _ = listener.accept()\nlistener.close()\nclient.recv(1)"

    (finding,) = play(program, "connect A\nthe server rests\nconnect B\n").findings

    assert (finding.rule, finding.message.partition(")")[0]) == (
        "answers",
        "B could not connect (ECONNREFUSED",
    )
