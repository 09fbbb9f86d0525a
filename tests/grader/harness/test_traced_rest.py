"""Rest is proven under a tracer too: beside dead children, dead leaders and stopped ones."""

from collections.abc import Callable

import pytest

from iomodels.record import Outcome
from iomodels.report import ScenarioReport

pytestmark = pytest.mark.sandbox
Play = Callable[..., ScenarioReport]

SERVES = """
listener = socket.create_server(("127.0.0.1", PORT))
def serve():
    while True:
        client, _ = listener.accept()
        while content := client.recv(4096):
            client.sendall(content)
        client.close()
"""
SCRIPT = 'connect A\nA sends "x"\nA receives "x"\nthe server rests\n'
LEAVES_A_ZOMBIE = """
if not os.fork():
    os._exit(0)
"""
# Thread 1 ends without its process: the kernel keeps it as a zombie until the last one has ended.
LOSES_ITS_LEADER = """
import ctypes
threading.Thread(target=serve).start()
exit = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
ctypes.CDLL(None).syscall(exit, 0)
"""
STOPS_A_CHILD = """
import signal
child = os.fork()
if not child:
    while True:
        pass
os.kill(child, signal.SIGSTOP)
"""


@pytest.mark.parametrize(
    "program",
    [
        f"{SERVES}{LEAVES_A_ZOMBIE}serve()\n",
        f"{SERVES}{LOSES_ITS_LEADER}",
        f"{SERVES}{STOPS_A_CHILD}serve()\n",
    ],
    ids=["zombie child", "dead leader", "stopped child"],
)
def test_who_will_never_run_does_not_keep_the_server_from_resting(play: Play, program: str) -> None:
    report = play(program, SCRIPT)

    assert (report.findings, report.outcome) == ((), Outcome.PASSED)


def test_child_that_has_died_and_whose_parent_is_about_to_hear_of_it_is_no_rest(play: Play) -> None:
    """The answer hangs on a child's end: between that and the parent's waking nobody rests."""
    program = f"""{SERVES}
while True:
    client, _ = listener.accept()
    for _ in range(40):
        content = client.recv(1)
        if not content:
            break
        if not os.fork():
            os._exit(0)
        os.wait()
        client.sendall(content)
"""
    steps = "".join(
        f'A sends "{number % 10}"\nA receives "{number % 10}"\n' for number in range(40)
    )

    report = play(program, f"connect A\n{steps}")

    assert (report.findings, report.outcome) == ((), Outcome.PASSED)
