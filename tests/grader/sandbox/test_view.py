import resource
from pathlib import Path

import pytest

from grader.exceptions import SandboxUnavailable
from grader.sandbox import Limits, view

UNBOUNDED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def test_limits_are_set_inside_of_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: UNBOUNDED)

    command = view.limited(["true"], Limits(processes=5, open_files=6, cpu_s=7))

    assert command[:2] == ["prlimit", "--nproc=5:5"]
    assert {"--nofile=6:6", "--cpu=7:8", "--core=1:1", "--stack=8388608:8388608"} <= {*command}
    assert command[-2:] == ["--", "true"]


def test_limits_that_this_process_may_not_grant_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {resource.RLIMIT_NOFILE: (256, 256)}
    monkeypatch.setattr(resource, "getrlimit", lambda number: limits.get(number, UNBOUNDED))

    with pytest.raises(SandboxUnavailable) as refusal:
        view.limited(["true"], Limits(open_files=1024))

    assert str(refusal.value) == (
        "The limit nofile is 256 here, but programs are to have 1024. "
        "To mend it: prlimit --pid $PPID --nofile=1024"
    )


def test_what_is_taken_away_anyway_may_be_less_here(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {resource.RLIMIT_MEMLOCK: (0, 1024)}
    monkeypatch.setattr(resource, "getrlimit", lambda number: limits.get(number, UNBOUNDED))

    assert "--memlock=1024:1024" in view.limited(["true"], Limits())


@pytest.mark.parametrize("name", ["", "A=B", "A\0--bind\0/\0/x"])
def test_environment_cannot_smuggle_options(name: str) -> None:
    with pytest.raises(ValueError, match="environment variable"):
        view.check({}, {name: "value"})


def test_environment_values_cannot_smuggle_options() -> None:
    with pytest.raises(ValueError, match="environment variable"):
        view.check({}, {"A": "value\0--bind\0/\0/x"})


@pytest.mark.parametrize(
    ("project", "hidden"),
    [
        ("/srv/product", []),
        ("/usr/local/lib/product", []),
        ("/usr/share/product", [Path("/usr/share/product")]),
        ("/usr/lib/python3/dist-packages", [Path("/usr/lib/python3/dist-packages")]),
    ],
)
def test_project_is_hidden_where_programs_could_look(
    monkeypatch: pytest.MonkeyPatch, project: str, hidden: list[Path]
) -> None:
    monkeypatch.setattr(view, "_PROJECT", Path(project))
    monkeypatch.setattr(view, "_VIRTUAL_ENVIRONMENT", Path("/srv/product/.venv"))
    view.hidden.cache_clear()

    found = view.hidden()

    view.hidden.cache_clear()
    assert list(found) == hidden


def test_project_in_the_midst_of_the_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "_PROJECT", Path("/usr/lib"))
    view.hidden.cache_clear()

    with pytest.raises(SandboxUnavailable, match="move it away"):
        view.hidden()
