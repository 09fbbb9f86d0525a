"""Writes the tables about the real servers, and lists their packages for tools/real-servers.

python -m tests.real table              observe them all, renew README.md and docs/real-servers.md
python -m tests.real packages KIND      of a kind: apt, unpacked, pypi
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from iomodels.models import IN_WORDS, Model
from tests.real.observing import observe
from tests.real.table import ROOT, Server, packages, servers

BEGIN, END = "<!-- real servers -->", "<!-- /real servers -->"
Found = tuple[Server, Mapping[str, Any]]


def main(words: list[str]) -> None:
    """Do what the command line says."""
    match words:
        case ["packages", kind]:
            print(*packages(kind))
        case ["table"]:
            write(list(_observed()))
        case _:
            sys.exit(__doc__)


def write(found: list[Found]) -> None:
    """Write both tables."""
    (ROOT / "docs" / "real-servers.md").write_text(whole_table(found), encoding="utf-8")
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = f"{before}{BEGIN}\n\n{short_table(found)}\n\n{END}{after}"
    readme.write_text(text, encoding="utf-8")


def short_table(found: Iterable[Found]) -> str:
    """Return one line for each model: who was recognised as it."""
    by_model: dict[str, list[str]] = {}
    for server, observed in found:
        by_model.setdefault(observed["model"], []).append(server.name)
    lines = [
        f"| {IN_WORDS[model]} | {'; '.join(by_model[model])} |"
        for model in Model
        if model in by_model
    ]
    return "\n".join(["| recognised as | servers |", "|---|---|", *lines])


def whole_table(found: Iterable[Found]) -> str:
    """Return one line for each server, with the reasons."""
    lines = [
        f"| {server.name} | {_model(server, observed)} | {_cost(observed)} | "
        f"{' '.join(observed['reasons'])} |"
        for server, observed in found
    ]
    head = [
        "# Real servers, and what was recognised",
        "",
        "Written by `make table-real`; `make test-real` compares each with what it is known to be.",
        "",
        "| server | recognised as | others had to wait | reasons |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *lines]) + "\n"


def _model(server: Server, observed: Mapping[str, Any]) -> str:
    known = "" if observed["model"] == server.model else f" (known to be: {server.model})"
    return f"{observed['title']}{known}"


def _cost(observed: Mapping[str, Any]) -> str:
    return "yes" if observed["harmful_ms"] else "no"


def _observed() -> Iterable[Found]:
    for server in servers():
        if missing := server.missing():
            print(f"{server.name}: left out, {missing}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory(prefix="real-") as folder:
            observed = observe(server, Path(folder))
        print(f"{server.name}: {observed['title']}", file=sys.stderr)
        yield server, observed


if __name__ == "__main__":
    main(sys.argv[1:])
