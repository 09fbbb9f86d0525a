"""What a box costs: the time of a command in a box less the time of the same command bare."""

import json
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measurement import Measurement
from grader.sandbox import Limits, enter, start

NAME = "sandbox-start"
ROUNDS = 30
MOST_MS = 12.0
COMMANDS = {
    "true": ["/usr/bin/true"],
    "Python": ["/usr/bin/python3", "-c", "pass"],
}


def measure() -> list[Measurement]:
    """Time each command bare and in a box in turns; return the differences of the medians."""
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.sandbox_start"],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, float] = json.loads(child.stdout)
    return [
        Measurement(
            what=f"a box over bare, {name} (median of {ROUNDS})",
            measured=milliseconds,
            to_reach=MOST_MS,
            unit="ms",
        )
        for name, milliseconds in found.items()
    ]


def main() -> None:
    """Measure as a driver, which must be a fresh process; print JSON, milliseconds by name."""
    enter(slot=None)
    print(json.dumps({name: _over_bare_ms(command) for name, command in COMMANDS.items()}))


def _over_bare_ms(command: list[str]) -> float:
    bare, boxed = [], []
    for _ in range(ROUNDS):
        bare.append(_bare_ns(command))
        boxed.append(_boxed_ns(command))
    return (statistics.median(boxed) - statistics.median(bare)) / 1e6


def _bare_ns(command: list[str]) -> int:
    started_ns = time.monotonic_ns()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"})
    return time.monotonic_ns() - started_ns


def _boxed_ns(command: list[str]) -> int:
    started_ns = time.monotonic_ns()
    box = start(command, files={}, environment={}, limits=Limits())
    poll = select.poll()
    poll.register(box.pidfd, select.POLLIN)
    poll.poll()
    ended = box.close()
    taken_ns = time.monotonic_ns() - started_ns
    if ended.code != 0:
        raise SystemExit(f"{command[0]} ended with {ended}.")
    return taken_ns


if __name__ == "__main__":
    main()
