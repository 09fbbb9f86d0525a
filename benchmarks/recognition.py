"""How long it takes to recognise a server, from its start to its JSON."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measurement import Measurement
from tests.zoo.keeper import Server, observe, servers

NAME = "recognition"
ROUNDS = 3
MOST_S = 1.5


def measure() -> list[Measurement]:
    """Observe each right server of the zoo by the command line."""
    right = [server for server in servers() if server.wrong is None]
    with tempfile.TemporaryDirectory() as folder:
        took = {server.name: _observing_s(server, Path(folder)) for server in right}
    slowest = max(took, key=lambda name: took[name])
    return [
        Measurement(
            what=f"recognising one of {len(right)} right servers (median)",
            measured=statistics.median(took.values()),
            to_reach=MOST_S,
            unit="s",
        ),
        Measurement(
            what=f"recognising the slowest of them, {slowest}",
            measured=took[slowest],
            to_reach=MOST_S,
            unit="s",
        ),
    ]


def _observing_s(server: Server, folder: Path) -> float:
    observe(server, folder)  # Compiles it, if it is in C.
    took = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        observe(server, folder)
        took.append(time.monotonic() - started)
    return statistics.median(took)
