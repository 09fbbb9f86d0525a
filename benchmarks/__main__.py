"""Measure every number that the README claims: `python -m benchmarks [NAME ...]`.

Each other module of this package has a NAME and `measure() -> list[Measurement]`. One table is
printed; the same goes to var/bench.json. Exits 1 if a number is not reached.
"""

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.measurement import Measurement

VAR = Path(os.environ.get("IOMODELS_VAR") or Path(__file__).parent.parent / "var")
NOT_BENCHMARKS = {"__main__", "measurement"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    name: str
    measure: Callable[[], Sequence[Measurement]]


def main(arguments: Sequence[str]) -> int:
    found = _benchmarks()
    unknown = [name for name in arguments if name not in {benchmark.name for benchmark in found}]
    if unknown:
        names = ", ".join(benchmark.name for benchmark in found) or "none"
        print(f"No such benchmark: {', '.join(unknown)}. There are: {names}.", file=sys.stderr)
        return 2
    wanted = [benchmark for benchmark in found if not arguments or benchmark.name in arguments]
    measurements = [result for benchmark in wanted for result in _measured(benchmark)]
    print(_table(measurements))
    _keep(measurements)
    return 0 if all(measurement.is_reached for measurement in measurements) else 1


def _benchmarks() -> list[Benchmark]:
    """Find the modules, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    modules = [
        importlib.import_module(f"benchmarks.{name}")
        for name in names
        if name not in NOT_BENCHMARKS
    ]
    return [
        Benchmark(name=module.NAME, measure=module.measure)
        for module in modules
        if hasattr(module, "measure")
    ]


def _measured(benchmark: Benchmark) -> Sequence[Measurement]:
    print(f"{benchmark.name} ...", file=sys.stderr, flush=True)
    return benchmark.measure()


def _table(measurements: Sequence[Measurement]) -> str:
    rows = [("what", "measured", "to reach", "ok")]
    for each in measurements:
        measured = f"{each.measured:.4g} {each.unit}".rstrip()
        to_reach = f"<= {each.to_reach:.4g} {each.unit}".rstrip()
        rows.append((each.what, measured, to_reach, "yes" if each.is_reached else "NO"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        f"{what:<{widths[0]}}  {measured:>{widths[1]}}  {to_reach:>{widths[2]}}  {ok}"
        for what, measured, to_reach, ok in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _keep(measurements: Sequence[Measurement]) -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    record = {
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
        "measurements": [measurement.as_json() for measurement in measurements],
    }
    (VAR / "bench.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
