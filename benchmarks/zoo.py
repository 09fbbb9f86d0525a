"""Whether each server of the zoo is told the same each time, on a machine that is overloaded.

FLAKES_REPEATS says how often each is observed and graded (1 if not given; `make flakes`: 300).
"""

import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.load import spinning
from benchmarks.measurement import Measurement
from tests.zoo.keeper import Server, servers, visit

NAME = "zoo"
REPEATS = int(os.environ.get("FLAKES_REPEATS", "1"))
SPINNERS, AT_ONCE = 4, 2


def measure() -> list[Measurement]:
    """Visit every server again and again; print a table of what came out."""
    found = list(servers())
    models = verdicts = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        spinning(SPINNERS),
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        for server in found:
            changed_models, changed_verdicts = _changes(pool, server, Path(folder))
            models += changed_models
            verdicts += changed_verdicts
    times = f"in {REPEATS} x {len(found)} visits under load"
    return [
        Measurement(what=f"changed models {times}", measured=models, to_reach=0, unit=""),
        Measurement(what=f"changed verdicts {times}", measured=verdicts, to_reach=0, unit=""),
    ]


def _changes(pool: ThreadPoolExecutor, server: Server, folder: Path) -> tuple[int, int]:
    visit(server, folder)  # Compiles it, if it is in C, before several would at once.
    outcomes = list(pool.map(lambda _: _outcome(server, folder), range(REPEATS)))
    models = Counter(model for model, _ in outcomes)
    verdicts = Counter(verdict for _, verdict in outcomes)
    shown = ", ".join(f"{number} x {what}" for what, number in (models + verdicts).most_common())
    print(f"  {server.name:36} {shown}", file=sys.stderr, flush=True)
    wrong_models = REPEATS - models[server.model]
    wrong_verdicts = REPEATS - verdicts[_EXPECTED[server.wrong is None]]
    return wrong_models, wrong_verdicts


_EXPECTED = {True: "right", False: "caught for its reason"}


def _outcome(server: Server, folder: Path) -> tuple[str, str]:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        for program in folder.glob(server.path.stem):
            (Path(own) / program.name).hardlink_to(program)
        seen = visit(server, Path(own))
    if not server.is_sandboxed:
        return seen.model, _EXPECTED[server.wrong is None]
    if server.wrong is None:
        return seen.model, "right" if not seen.findings else "WRONG"
    return seen.model, "caught for its reason" if seen.caught(server) else "NOT CAUGHT"
