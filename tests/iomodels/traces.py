"""Traces cut by hand from strace's output, and the clients' log beside them. Times in seconds."""

import textwrap

from iomodels.analysis import Analysis, analyse
from iomodels.record import ClientEvent, Deed, Moment
from iomodels.trace.sifting import pack
from tests.iomodels.examples import scenario

PORT = 80
PORTS = {"A": 4001, "B": 4002, "C": 4003}
SECOND_NS = 10**9
# In the traces: the listener, and the server's ends of its clients' connections.
NAMES = {
    "LISTENER": f"TCP:[127.0.0.1:{PORT}]",
    "DATAGRAMS": f"UDP:[127.0.0.1:{PORT}]",
    "EPOLL": "anon_inode:[eventpoll]",
    **{f"{name}C": f"TCP:[127.0.0.1:{PORT}->127.0.0.1:{port}]" for name, port in PORTS.items()},
}


def analysed(
    trace: str,
    log: str,
    *,
    rests: tuple[float, ...] = (),
    moments: tuple[Moment, ...] = (),
) -> Analysis:
    """Return what is known from a trace and from lines such as `0.001 A sends 1`."""
    return analyse(
        scenario(
            port=PORT,
            trace=pack(written(trace)),
            events=tuple(map(_event, textwrap.dedent(log).strip().splitlines())),
            rests=tuple(int(rest * SECOND_NS) for rest in rests),
            moments=moments,
        )
    )


def written(trace: str) -> str:
    """Return a trace as strace writes it: `1 0.001 poll(...) = 1 <0.002>`, nine digits each."""
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    text = "\n".join(lines)
    for name, label in NAMES.items():
        text = text.replace(f"<{name}>", f"<{label}>")
    return "\n".join(map(_line, text.splitlines())) + "\n"


def _line(line: str) -> str:
    thread, stamp, rest = line.split(" ", 2)
    head, bracket, took = rest.rpartition(" <")
    if bracket and took[:-1].replace(".", "").isdigit():
        rest = f"{head} <{float(took[:-1]):.9f}>"
    return f"{thread} {float(stamp):.9f} {rest}"


def _event(line: str) -> ClientEvent:
    stamp, name, *words = line.split()
    size = int(words.pop()) if words[-1].isdigit() else 0
    started_ns = int(float(stamp) * SECOND_NS)
    return ClientEvent(
        client=name,
        deed=Deed(" ".join(words)),
        port=PORTS[name],
        size=size,
        started_ns=started_ns,
        ended_ns=started_ns + 10_000,
    )
