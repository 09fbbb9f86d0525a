"""Programs examined for real: what each sentence sees, and what is said of each kind of trouble."""

from collections.abc import Callable

import pytest

from grader.exceptions import GraderError
from grader.harness import examination
from grader.harness.examination import Progress, examine
from grader.harness.pipes import Stopped
from iomodels.record import Outcome
from iomodels.report import ScenarioReport
from tests.grader.harness.conftest import HEADER_LINES, one_scenario

pytestmark = pytest.mark.sandbox
Play = Callable[..., ScenarioReport]

ECHO = """
import selectors
chosen = selectors.DefaultSelector()
listener = socket.create_server(("127.0.0.1", PORT))
chosen.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        if key.fileobj is listener:
            chosen.register(listener.accept()[0], selectors.EVENT_READ)
            continue
        client = key.fileobj
        try:
            content = client.recv(65536)
            client.sendall(content)
        except OSError:
            content = b""
        if not content:
            chosen.unregister(client)
            client.close()
"""
ONE_AT_A_TIME = """
listener = socket.create_server(("127.0.0.1", PORT))
while True:
    client, _ = listener.accept()
    while content := client.recv(4096):
        client.sendall(content)
    client.close()
"""


@pytest.mark.parametrize(
    "script",
    [
        'connect A\nA sends "x"\nA receives "x"\nA receives nothing\n',
        'connect A\nA sends "x"\nA receives anything\n',
        "connect A\nA sends 64 KiB in lines of 10\nA receives what it sent\n",
        "connect A\nA shuts down\nA receives end\n",
        'connect A B\nA resets\nB sends "x"\nB receives "x"\n',
        'connect A\nrepeat 3\nA closes\nconnect A\nA sends "x"\nA receives "x"\nend\n',
        'connect C1..C200\nC1..C200 send "x\\n"\nC200..C1 receive "x\\n"\nthe server rests\n',
        "the server rests\n",
    ],
)
def test_a_right_server_passes(play: Play, script: str) -> None:
    scenario = play(ECHO, script)

    assert (scenario.outcome, scenario.points, scenario.findings) == (Outcome.PASSED, 1, ())


def test_asleep_on_another_client_is_proven_with_call_line_and_bytes(play: Play) -> None:
    scenario = play(
        """
        listener = socket.create_server(("127.0.0.1", PORT))
        first, _ = listener.accept()
        second, _ = listener.accept()
        first.recv(100)
        first.recv(100)  # The sixth line of what follows the imports.
        """,
        """
        connect A B
        A sends "hel"
        B sends "ping\\n"
        B receives "ping\\n"
        """,
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.client, finding.neglected, finding.syscall, finding.step) == (
        "waits-for-everyone",
        "A",
        "B",
        "recvfrom",
        4,
    )
    assert finding.source_line == HEADER_LINES + 5
    assert "B's 5 bytes lie ready in the kernel, unread. Only A can wake it." in finding.message


def test_a_client_that_nobody_accepts_is_named(play: Play) -> None:
    scenario = play(ONE_AT_A_TIME, 'connect A B\nB sends "x"\nB receives "x"\n')

    (finding,) = scenario.findings
    assert (finding.rule, finding.client, finding.neglected) == ("accepts-everybody", "A", "B")


def test_a_full_queue_of_connections_is_a_finding(play: Play) -> None:
    scenario = play(
        """
        listener = socket.socket()
        listener.bind(("127.0.0.1", PORT))
        listener.listen(1)
        client, _ = listener.accept()
        client.recv(1)
        """,
        "connect C1..C9\n",
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.client) == ("accepts-everybody", "C1")
    assert "cannot even connect" in finding.message


def test_a_wait_that_watches_the_client_and_does_not_wake_is_told_apart(play: Play) -> None:
    scenario = play(
        """
        listener = socket.create_server(("127.0.0.1", PORT))
        chosen = select.epoll()
        client, _ = listener.accept()
        chosen.register(client, select.EPOLLIN | select.EPOLLET)
        while True:
            chosen.poll()
            client.send(client.recv(3))
        """,
        'connect A\nA sends "abcdef"\nA receives "abcdef"\n',
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.syscall) == ("answers", "epoll_wait")
    assert "edge-triggered" in finding.message


def test_naps_are_added_up_as_they_were_asked_for(play: Play) -> None:
    scenario = play(
        """
        listener = socket.create_server(("127.0.0.1", PORT))
        client, _ = listener.accept()
        client.recv(9)
        time.sleep(3600)
        """,
        'connect A B\nA sends "x"\nB sends "x"\nB receives "x"\n',
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.syscall) == ("waits-for-everyone", "clock_nanosleep")
    assert "3600 s" in finding.message


@pytest.mark.parametrize(
    ("waiting", "syscall"),
    [
        ("select.select([listener], [], [], 0.02)", "pselect6"),
        ("selectors_poll.poll(20)", "poll"),
        ("time.sleep(0.02)", "clock_nanosleep"),
        ("threading.Event().wait(0.02)", "futex"),
    ],
)
def test_waking_by_itself_is_no_rest(play: Play, waiting: str, syscall: str) -> None:
    scenario = play(
        f"""
        listener = socket.create_server(("127.0.0.1", PORT))
        selectors_poll = select.poll()
        while True:
            {waiting}
        """,
        "the server rests\n",
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.syscall) == ("rests", syscall)


@pytest.mark.parametrize("waiting", ["listener.accept()", "select.select([listener], [], [], 60)"])
def test_waiting_for_a_client_or_very_long_is_rest(play: Play, waiting: str) -> None:
    program = f'listener = socket.create_server(("127.0.0.1", PORT))\n{waiting}'

    assert play(program, "the server rests\n").outcome is Outcome.PASSED


def test_spinning_is_told_by_the_programs_own_cpu_time(play: Play) -> None:
    program = 'listener = socket.create_server(("127.0.0.1", PORT))\nwhile True: pass'

    (finding,) = play(program, "the server rests\n").findings

    assert (finding.rule, finding.source_line) == ("rests", HEADER_LINES + 2)
    assert "spinning" in finding.message


@pytest.mark.parametrize(
    ("program", "rule", "words", "line"),
    [
        ("def broken(:", "stays-up", "SyntaxError: invalid syntax", HEADER_LINES + 1),
        ("print('bye')", "stays-up", "with status 0", None),
        ("import numpy_is_not_there", "stays-up", "ModuleNotFoundError", HEADER_LINES + 1),
        ("os.kill(os.getpid(), 11)", "stays-up", "killed by SIGSEGV", None),
        ("time.sleep(9999)", "listens", "listens on no port at all", HEADER_LINES + 1),
        (
            "socket.create_server(('127.0.0.1', 4321)).accept()",
            "listens",
            "listens on port 4321 instead",
            HEADER_LINES + 1,
        ),
        ("while True: print('x' * 999)", "within-limits", "printed more than 1024 KiB", None),
    ],
)
def test_a_program_that_never_comes_up_is_the_students_mistake(
    play: Play, program: str, rule: str, words: str, line: int | None
) -> None:
    scenario = play(program, 'connect A\nA sends "x"\n')

    (finding,) = scenario.findings
    assert scenario.outcome is Outcome.FAILED
    assert (finding.rule, finding.source_line) == (rule, line)
    assert words in finding.message


def test_dying_of_a_reset_is_told_with_the_programs_own_words(play: Play) -> None:
    scenario = play(
        ONE_AT_A_TIME,
        'connect A\nA sends "x"\nA resets\nconnect B\nB sends "x"\nB receives "x"\n',
    )

    (finding,) = scenario.findings
    assert finding.rule == "stays-up"
    assert "ConnectionResetError" in finding.message


def test_exit_status_is_what_the_script_asks_for(play: Play) -> None:
    program = """
    client, _ = socket.create_server(("127.0.0.1", PORT)).accept()
    sys.exit(len(client.recv(9)))
    """

    assert play(program, 'connect A\nA sends "xx"\nthe server exits with 2\n').points == 1
    (finding,) = play(program, 'connect A\nA sends "xx"\nthe server exits with 0\n').findings
    assert finding.message == "The server exited with 2, not with 0."


def test_wrong_bytes_are_shown_beside_the_right_ones(play: Play) -> None:
    program = """
    client, _ = socket.create_server(("127.0.0.1", PORT)).accept()
    client.send(client.recv(9).upper())
    client.recv(1)
    """

    (finding,) = play(program, 'connect A\nA sends "0ne\\n"\nA receives "0ne\\n"\n').findings

    assert finding.rule == "answers"
    assert '"0NE\\n" instead of "0ne\\n", first different at byte 1' in finding.message


def test_steps_after_the_failed_one_are_skipped(play: Play) -> None:
    scenario = play(ONE_AT_A_TIME, 'connect A\nA receives "x"\nA closes\n')

    assert [step.outcome for step in scenario.steps] == [
        Outcome.PASSED,
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.SKIPPED,
    ]


def test_udp_datagrams_are_told_apart(play: Play) -> None:
    program = """
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", PORT))
    while True:
        datagram, client = server.recvfrom(99)
        server.sendto(datagram, client)
    """

    right = play(
        program, 'connect A B\nA B send "x"\nB A receive "x"\nthe server rests\n', transport="udp"
    )
    wrong = play(program, 'connect A\nA sends "x"\nA receives "y"\n', transport="udp")

    assert (right.outcome, wrong.outcome) == (Outcome.PASSED, Outcome.FAILED)


def test_threads_beyond_the_allowed_are_counted(play: Play) -> None:
    scenario = play(
        """
        def serve(client):
            while content := client.recv(9): client.sendall(content)
        listener = socket.create_server(("127.0.0.1", PORT))
        while True: threading.Thread(target=serve, args=(listener.accept()[0],)).start()
        """,
        'connect A B\nA sends "x"\nA receives "x"\n',
        more="[rules]\nat-most-threads = 1",
    )

    (finding,) = scenario.findings
    assert (finding.rule, finding.message) == (
        "at-most-threads",
        "The server had 3 threads at once; allowed: 1.",
    )


def test_progress_tells_each_scenario_twice() -> None:
    seen: list[Progress] = []

    examine(one_scenario("the server rests\n"), b"print()", on_progress=seen.append)

    assert [(one.number, one.of, one.outcome) for one in seen] == [(1, 1, None), (1, 1, "failed")]


def test_a_driver_that_cannot_start_is_our_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "DRIVER", "grader.harness.no_such_module")

    with pytest.raises(GraderError, match="No module named"):
        examine(one_scenario("the server rests\n"), b"print()")


def test_an_examination_can_be_stopped() -> None:
    class Stop:
        def is_set(self) -> bool:
            return True

    with pytest.raises(Stopped):
        examine(one_scenario("the server rests\n"), b"print()", stop=Stop())  # type: ignore[arg-type]
