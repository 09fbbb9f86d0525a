from pathlib import Path

import pytest

from grader.exceptions import SandboxUnavailable
from grader.sandbox import view


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
