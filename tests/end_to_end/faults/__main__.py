"""Long runs against whole sites, for a table.

python -m tests.end_to_end.faults soak [--submissions 200] [--seed N] [--database postgresql]
python -m tests.end_to_end.faults surge [--submissions 1000]
"""

import argparse
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.faults.databases import KINDS
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.soak import soak
from tests.end_to_end.faults.surge import surge

STUDENTS = 250


def main() -> int:
    parser = argparse.ArgumentParser(description="Break or flood a whole site, and count.")
    parser.add_argument("what", choices=("soak", "surge"))
    parser.add_argument("--submissions", type=int)
    parser.add_argument("--database", choices=tuple(KINDS), action="append")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    options = parser.parse_args()
    # Whoever ends this ends the sites too: they are in sessions of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run = _soak if options.what == "soak" else _surge
    return max(run(kind, options) for kind in options.database or KINDS)


def _soak(kind: str, options: argparse.Namespace) -> int:
    with _site(kind, environment={}) as site:
        seen = soak(site, submissions=options.submissions or 200, seed=options.seed)
    account = seen.audit
    print(f"\nSoak on {kind}, seed {options.seed}, {seen.took_s:.0f} s\n")
    for name, count in seen.faults.most_common():
        print(f"    {count:5}  {name}")
    print(f"\n    {seen.refused:5}  times a submission was refused, and sent again")
    for ending, count in seen.endings.most_common():
        print(f"    {count:5}  tries: {ending}")
    names = ("submitted", "graded", "broken", "lost", "open", "double", "wrong")
    print("\n" + "".join(f"{name:>10}" for name in names))
    print("".join(f"{getattr(account, name):>10}" for name in names), flush=True)
    return int(account.lost + account.open + account.double + account.wrong > 0)


def _surge(kind: str, options: argparse.Namespace) -> int:
    everything = options.submissions or 1000
    students = min(STUDENTS, everything)
    # What a site has by default: here nothing dies.
    usual = {"GRADER_LEASE_SECONDS": "15", "GRADER_SWEEP_SECONDS": "2"}
    with _site(kind, environment=usual) as site:
        seen = surge(site, students=students, each=everything // students, within_s=3600)
    each = everything // students
    without = sum(not (answer.has_place and answer.has_estimate) for answer in seen.answers)
    print(f"\nSurge on {kind}: {students} students, {each} submissions each\n")
    print(f"    all taken within {seen.took_in_s:.0f} s, all graded after {seen.graded_in_s:.0f} s")
    print(f"    to take one: {_spread(answer.took_s for answer in seen.answers)}")
    print(f"    to show its page: {_spread(answer.page_took_s for answer in seen.answers)}")
    print(f"    pages without a place or an estimate: {without}")
    print(f"    runs that waited for more of another student than they had to: {seen.passed_over}")
    print(f"    {seen.audit}", flush=True)
    account = seen.audit
    is_clean = account.graded == account.submitted and account.double + account.wrong == 0
    return int(not is_clean or without + seen.passed_over > 0)


def _spread(times_s: Iterable[float]) -> str:
    found = sorted(times_s)
    return f"median {found[len(found) // 2] * 1000:.0f} ms, at most {found[-1] * 1000:.0f} ms"


@contextmanager
def _site(kind: str, *, environment: dict[str, str]) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="iomodels-") as name:
        folder = Path(name) / "database"
        folder.mkdir()
        Path(name).chmod(0o755)  # PostgreSQL runs as somebody else, if this is root.
        database = KINDS[kind](folder)
        site = Site(Path(name), database, environment=environment)
        try:
            site.start()
            yield site
        finally:
            site.kill()
            database.end()


if __name__ == "__main__":
    sys.exit(main())
