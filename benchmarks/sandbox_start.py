"""What a box costs: a command's time in a box, traced or not, less the same command's bare."""

import json
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measurement import Measurement
from grader.sandbox import Limits, enter, start, sweep

NAME = "sandbox-start"
ROUNDS = 30
MOST_MS = {"a box": 12.0, "a box with its trace": 40.0}
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
    sweep()
    found: dict[str, dict[str, float]] = json.loads(child.stdout)
    return [
        Measurement(
            what=f"{what} over bare, {command} (median of {ROUNDS})",
            measured=milliseconds,
            to_reach=MOST_MS[what],
            unit="ms",
        )
        for command, differences in found.items()
        for what, milliseconds in differences.items()
    ]


def main() -> None:
    """Measure as a driver, which must be a fresh process; print JSON, milliseconds by name."""
    enter(slot=None)
    print(json.dumps({name: _over_bare_ms(command) for name, command in COMMANDS.items()}))


def _over_bare_ms(command: list[str]) -> dict[str, float]:
    bare: list[int] = []
    boxed: list[int] = []
    traced: list[int] = []
    for _ in range(ROUNDS):
        bare.append(_bare_ns(command))
        boxed.append(_boxed_ns(command, is_traced=False))
        traced.append(_boxed_ns(command, is_traced=True))
    taken = zip(MOST_MS, (boxed, traced), strict=True)
    least = statistics.median(bare)
    return {what: (statistics.median(times) - least) / 1e6 for what, times in taken}


def _bare_ns(command: list[str]) -> int:
    started_ns = time.monotonic_ns()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"})
    return time.monotonic_ns() - started_ns


def _boxed_ns(command: list[str], *, is_traced: bool) -> int:
    started_ns = time.monotonic_ns()
    box = start(command, files={}, environment={}, limits=Limits(), is_traced=is_traced)
    poll = select.poll()
    poll.register(box.pidfd, select.POLLIN)
    while not poll.poll(1):
        if box.tracer:
            box.tracer.drain()
    ended = box.close()
    taken_ns = time.monotonic_ns() - started_ns
    if ended.code != 0:
        raise SystemExit(f"{command[0]} ended with {ended}.")
    return taken_ns


if __name__ == "__main__":
    main()
