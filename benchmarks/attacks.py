"""How soon a destructive attack is over: from the look that finds too much to nobody left."""

import os
import sys
from collections.abc import Callable, Iterator

from benchmarks.measurement import Measurement
from tests.end_to_end.attacks.crew import ROOT, Crew, Seen
from tests.end_to_end.attacks.header import Attack, programs
from tests.grader.sandbox.conftest import Driver

NAME = "attacks"
MOST_MS = 200.0


def measure() -> list[Measurement]:
    """Run each attack that has to be ended once, traced and not."""
    user = "root" if os.geteuid() == 0 else "ordinary"
    driver = Driver(user=user, python=sys.executable, project=ROOT)
    crew = Crew(driver, {"secret": "", "canary": "no canary", "planted": []})
    try:
        return [each for attack in _destructive() for each in _both_ways(attack, crew.run)]
    finally:
        crew.close()


def _destructive() -> list[Attack]:
    return [
        attack
        for attack in programs()
        if any(each.startswith("ended by") for each in attack.expect)
        and ("cgroup" not in attack.needs or "SANDBOX_CGROUP" in os.environ)
    ]


def _both_ways(attack: Attack, run: Callable[..., Seen]) -> Iterator[Measurement]:
    for is_traced in (False, True):
        seen = run(attack, is_traced=is_traced)
        how = "traced" if is_traced else "untraced"
        end = ", ".join(sorted(seen.what))
        yield Measurement(
            what=f"{attack.file}, {how}: {end} after {seen.took_ns / 1e9:.2f} s; until nobody left",
            measured=(seen.killing_ns + seen.closing_ns) / 1e6 if seen.killing_ns else 0.0,
            to_reach=MOST_MS,
            unit="ms",
        )
