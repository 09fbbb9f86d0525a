"""A database for a site under test, that can be taken away from it and given back."""

import os
import pwd
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

Row = tuple[Any, ...]


class Database(Protocol):
    url: str

    def rows(self, sql: str) -> list[Row]: ...

    def take_away(self) -> Callable[[], None]:
        """Let nobody write until what is returned is called."""
        ...

    def end(self) -> None: ...


class Sqlite:
    """A file; it is taken away by whoever holds its write lock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "site.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def rows(self, sql: str) -> list[Row]:
        connection = sqlite3.connect(self.path, timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def take_away(self) -> Callable[[], None]:
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        return connection.close

    def end(self) -> None:
        pass


class Postgres:
    """A cluster of its own, on a Unix socket in its folder; it can be killed like a machine."""

    def __init__(self, folder: Path) -> None:
        self._data, self._socket = folder / "data", folder
        self._bin = _postgres_folder()
        self._as = _unprivileged(folder)
        self._run("initdb", "--username=iomodels", "--auth=trust", "--no-sync", "--encoding=UTF8")
        self.start()
        self.url = f"postgresql://iomodels@/postgres?host={folder}"

    def rows(self, sql: str) -> list[Row]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()

    def start(self) -> None:
        options = f"-c listen_addresses='' -c fsync=off -k {self._socket}"
        log = self._socket / "log"
        self._run("pg_ctl", "start", "--wait", "--log", str(log), "--options", options)

    def kill(self) -> None:
        """End it as if the machine had lost its power."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def take_away(self) -> Callable[[], None]:
        self.kill()
        return self.start

    def end(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.kill()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), "--pgdata", str(self._data), *arguments]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


KINDS: dict[str, Callable[[Path], Database]] = {"sqlite": Sqlite, "postgresql": Postgres}


def _postgres_folder() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    path = found[-1] if found else shutil.which("postgres")
    if path is None:
        pytest.fail("No PostgreSQL on this machine: `tools/setup test` installs it.")
    return Path(path).resolve().parent


def _version(path: Path) -> int:
    return int(path.parts[-3])


def _unprivileged(folder: Path) -> list[str]:
    """Give the folder to somebody else if this is root, whom PostgreSQL refuses; run as them."""
    if os.geteuid() != 0:
        return []
    user = next(one for one in pwd.getpwall() if one.pw_name in {"postgres", "nobody"})
    os.chown(folder, user.pw_uid, user.pw_gid)
    ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    return ["setpriv", *ids, "--"]
