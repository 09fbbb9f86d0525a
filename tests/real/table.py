"""The real servers: how each is installed and started, and which model it is known to have."""

import os
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "servers"
ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-real" / "bin" / "python"  # Made by tools/real-servers.
ROOTS = ROOT / ".venv-real" / "debian"
PORT = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server in one configuration.

    In `command`, `make` and `files` stand `{port}`, `{dir}` for a folder of its own, `{python}` and
    `{bin}` for the environment with the packages of PyPI, `{root}` for what was only unpacked.
    """

    name: str
    model: str  # That it is known to have, whatever is recognised,
    why: str  # and how that is known.
    command: str
    apt: tuple[str, ...] = ()  # Debian packages.
    unpacked: tuple[str, ...] = ()  # Those that others in the table forbid to install as well.
    pypi: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # Programs that come from elsewhere.
    files: dict[str, str] = field(default_factory=dict)
    make: str = ""  # Shell commands that prepare the folder.
    transport: str = "tcp"
    port: int = PORT
    says: str = ""  # The bytes that a client begins with, in hexadecimal; else an HTTP request.
    keeps_waiting: bool = False  # Whether it sleeps on one client while another one waits.
    environment: dict[str, str] = field(default_factory=dict)

    def missing(self) -> str:
        """Return why it cannot be started here; empty: it can."""
        programs = (word for word in self.needs if not shutil.which(word))
        parts = [
            *(f"no program {word}" for word in programs),
            *(f"no Debian package {name}" for name in self.apt if name not in _debian_packages()),
            *(f"no {name} in .venv-real" for name in self.unpacked if not (ROOTS / name).exists()),
            *(f"no package {name} in .venv-real" for name in self.pypi if not _is_in_venv(name)),
        ]
        return ", ".join(parts)

    def prepare(self, folder: Path) -> list[str]:
        """Write its files into a folder; return the command that starts it."""
        for name, text in self.files.items():
            (folder / name).write_text(self._filled(text, folder), encoding="utf-8")
        if self.make:
            done = subprocess.run(
                ["sh", "-ec", self._filled(self.make, folder)],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        return shlex.split(self._filled(self.command, folder))

    def _filled(self, text: str, folder: Path) -> str:
        python = str(PYTHON) if self.pypi else "/usr/bin/python3"
        for name, value in (
            ("port", str(self.port)),
            ("dir", str(folder)),
            ("python", python),
            ("bin", str(PYTHON.parent)),
            ("root", str(ROOTS / (self.unpacked or ("",))[0])),
        ):
            text = text.replace(f"{{{name}}}", value)
        return text


def servers() -> Iterator[Server]:
    """Yield every server of the table."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["server"]:
            entries[entry["name"]] = entry
            if like := entry.pop("same_files_as", None):
                entry["files"] = entries[like]["files"]
            lists = {
                key: tuple(entry[key])
                for key in ("apt", "unpacked", "pypi", "needs")
                if key in entry
            }
            yield Server(**{**entry, **lists})


def packages(kind: str) -> list[str]:
    """Return all packages of a kind: `apt`, `unpacked` or `pypi`."""
    return sorted(set(chain.from_iterable(getattr(server, kind) for server in servers())))


@cache
def _debian_packages() -> frozenset[str]:
    if not shutil.which("dpkg-query"):
        return frozenset()
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return frozenset(line.split()[0] for line in lines if line.endswith(" installed"))


@cache
def _is_in_venv(name: str) -> bool:
    if not PYTHON.exists():
        return False
    code = "import sys; from importlib.metadata import version; version(sys.argv[1])"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [PYTHON, "-c", code, name], env=environment, capture_output=True, check=False
    )
    return done.returncode == 0
