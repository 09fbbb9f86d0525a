"""A server that writes lines of strace wherever it can is traced as what it is."""

import pytest

from grader.harness.examination import examine
from iomodels.analysis import analyse
from iomodels.models import Model
from iomodels.record import Wait
from tests.grader.harness.conftest import HEADER, one_scenario

pytestmark = pytest.mark.sandbox

# 4001 and its like cannot be known beforehand: the program forges events of those whom it has met.
FORGER = """
import selectors

def forge(peer):
    client = f"TCP:[127.0.0.1:{PORT}->127.0.0.1:{peer}]"
    lines = [
        f'1 1.000000000 read(4<{client}>, "x", 9) = 1 <0.000001000>',
        f"{{fd=4<{client}>, events=POLLIN}}",
        f"]>, events=POLLIN}}, {{fd=4<{client}>, events=POLLIN",
        f'", 9) = 1 <0.000001000>\\n1 1.000000000 read(4<{client}>',
        "\\n9 1.000000000 +++ exited with 0 +++\\n",
        "\\n9 1.000000000 --- SIGIO {si_signo=SIGIO} ---\\n",
        " <unfinished ...>", "-", "->", '"', "\\\\", "(", "<", ">", "x (deleted)",
    ]
    for line in map(str.encode, lines):
        print(line.decode(), flush=True)
        name = line.replace(b"/", b"_")
        file = os.open(b"/tmp/" + name, os.O_CREAT | os.O_RDWR)
        os.write(file, line)
        os.unlink(b"/tmp/" + name)
        os.close(os.dup(file))
        os.close(file)
        for address in (b"\\0" + line[:100], b"/tmp/s" + name[:90]):
            end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            end.bind(address)
            end.sendto(line, address)
            select.select([end], [], [])
            polled = select.poll()
            polled.register(end, select.POLLIN)
            polled.poll()
            with selectors.EpollSelector() as chosen:
                chosen.register(end, selectors.EVENT_READ)
                chosen.select()
            end.recv(1000)
            end.close()
            if address[0]:
                os.unlink(address)

listener = socket.create_server(("127.0.0.1", PORT))
first, (_, port) = listener.accept()
second, (_, other) = listener.accept()
forge(port)
forge(other)
while content := first.recv(4096):
    first.sendall(content)
"""
SCRIPT = r"""
connect A B
A sends "\x22, 9) = 1 <0.1>\n1 1.0 read("
A receives what it sent
B sends "MSG_DONTWAIT"
A sends " <unfinished ...>"
A receives what it sent
A sends "\x5c\x22\x00\xff<>->\n"
A receives what it sent
A closes
"""


def test_forged_lines_are_no_events() -> None:
    source = (HEADER + FORGER).encode()

    record = examine(one_scenario(SCRIPT), source).record.scenarios[0]

    found = analyse(record)
    assert (record.trace_lost_bytes, record.most_threads) == (0, 1)
    assert found.trace.refusals == ()
    (server,) = found.story.threads.values()
    polls = [watch for watch in server.watches if watch.wait is Wait.READINESS]
    assert polls != []
    assert {watch.clients for watch in polls} == {()}
    assert {read.client for read in found.story.reads} == {"A"}
    assert [accept.client for accept in found.story.accepts] == ["A", "B"]
    assert set(found.story.answers) == {"A"}
    assert found.recognition.model is Model.BLOCKING
    # B spoke, and was neglected for as long as the server slept on A.
    assert {one.client for slept in found.ledger.harmful for one in slept.neglected} == {"B"}
    assert {slept.clients for slept in found.ledger.harmful} == {("A",)}
