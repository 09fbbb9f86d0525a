"""Where the database and the broker are, in the spelling of each library that asks."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# struct sockaddr_un holds 108 bytes of path, the closing NUL among them (unix(7)).
SOCKET_PATH_MAX = 107

SQLITE_OPTIONS = {
    # A transaction that reads and then writes cannot be retried by SQLite if another one wrote in
    # between: it fails at once, whatever the time-out. IMMEDIATE takes the write lock first.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    "timeout": 20,  # Seconds. SQLite's busy handler is unfair: waits of 5 s were measured.
}


# A server that does not answer is one that is away: else the kernel tries for a quarter of an hour.
PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000"}  # Seconds; milliseconds: libpq.

# What many threads of one process share. One that could not connect tries again after 1, 2, 4, ...
# seconds, up to this limit, and then at the next request: a server that is back is found at once.
POOL = {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 1}


def database(url: str, *, is_pooled: bool = False) -> dict[str, Any]:
    """Translate `sqlite:////abs/path` or `postgresql://user:password@host:port/name?option=value`.

    A pool is for who serves pages. A worker needs one or two connections, and forks.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path).removeprefix("/") or ":memory:",
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path).removeprefix("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            # An ASGI server has a thread per request: connections are pooled, not kept.
            "CONN_MAX_AGE": 0,
            # A pool keeps connections that died with a restart of the server, unless it asks.
            "CONN_HEALTH_CHECKS": is_pooled,
            "OPTIONS": {
                **PATIENCE,
                **dict(parse_qsl(parts.query)),
                **({"pool": POOL} if is_pooled else {}),
            },
        }
    msg = f"DATABASE_URL begins with {parts.scheme!r}: only sqlite and postgresql are known."
    raise ImproperlyConfigured(msg)


def embedded_socket(var: Path) -> Path:
    """Choose the embedded broker's socket: in `var`, or a private folder with a shorter path."""
    wanted = var / "broker.sock"
    if len(os.fsencode(wanted)) <= SOCKET_PATH_MAX:
        return wanted
    name = f"iomodels-{os.geteuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}"
    runtime = Path("/run/user") / str(os.geteuid())
    return (runtime if runtime.is_dir() else Path(tempfile.gettempdir())) / name / "broker.sock"


def redis_url(socket: Path) -> str:
    """Spell a socket's path for redis-py."""
    return f"unix://{quote(str(socket))}"


def celery_url(url: str) -> str:
    """Translate redis-py's spelling into Celery's; they differ for sockets only."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database_number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={database_number}"
