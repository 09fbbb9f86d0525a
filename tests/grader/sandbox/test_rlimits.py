import resource

import pytest

from grader.exceptions import SandboxUnavailable
from grader.sandbox import Limits, rlimits

UNBOUNDED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def test_limits_are_soft_and_hard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: UNBOUNDED)

    found = rlimits.of(Limits(processes=5, open_files=6, cpu_s=7))

    wanted = {"nproc": (6, 6), "nofile": (6, 6), "cpu": (7, 8), "core": (1, 1)}
    assert {name: found[name] for name in wanted} == wanted


def test_limits_that_this_process_may_not_grant_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {resource.RLIMIT_NOFILE: (256, 256)}
    monkeypatch.setattr(resource, "getrlimit", lambda number: limits.get(number, UNBOUNDED))

    with pytest.raises(SandboxUnavailable) as refusal:
        rlimits.of(Limits(open_files=1024))

    assert str(refusal.value) == (
        "The limit nofile is 256 here, but programs are to have 1024. "
        "To mend it: prlimit --pid $PPID --nofile=1024"
    )


def test_what_is_taken_away_anyway_may_be_less_here(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {resource.RLIMIT_MEMLOCK: (0, 1024)}
    monkeypatch.setattr(resource, "getrlimit", lambda number: limits.get(number, UNBOUNDED))

    assert rlimits.of(Limits())["memlock"] == (1024, 1024)
