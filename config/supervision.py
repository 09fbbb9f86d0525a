"""What runs the whole site on one machine: supervisord, and the programs it keeps alive.

    supervisord --- broker     unless REDIS_URL says that there is one
                |-- sweep      wakes workers for forgotten runs
                |-- worker     the interactive lane: a slot per processor, after the pages
                |-- regrade    one slot at lower priority still; takes interactive runs first
                '-- web        uvicorn

A program that exits is started again: a Celery worker may exit when its broker dies. The broker is
started first and stopped last, the others together. SIGTERM goes to a worker alone and not to its
pool, because the pool's processes die of it in mid-grading; the worker lets them finish, or hand
back what they have not finished within GRADER_GRACE_SECONDS.

If supervisord itself is killed, the kernel kills its programs (PR_SET_PDEATHSIG, through setpriv),
and its lock on `supervisor.lock` ends with it: nothing stale has to be cleaned up. SIGKILL, because
a Celery worker whose broker is gone looks for it for ever and does not heed SIGTERM meanwhile.
"""

import fcntl
import math
import os
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from config import addresses, broker

# After GRADER_GRACE_SECONDS a worker hands back what it has not finished. This is for doing it.
HANDING_BACK_S = 10
# A page must not wait for gradings, nor a grading that somebody waits for for one that nobody does.
NICE = {"interactive": 5, "regrade": 10}
BROKER = "broker"
PARTS = (BROKER, "sweep", "worker", "regrade", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process under supervision."""

    name: str
    command: list[str]
    stops_within_s: int = 10


def lock(var: Path) -> int | None:
    """Take the site's lock; None if another supervisor has it.

    The descriptor stays open across exec, so the lock belongs to what this process becomes.
    """
    descriptor = os.open(var / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.set_inheritable(descriptor, True)  # noqa: FBT003 (its signature)
    return descriptor


def programs(*, host: str, port: int, only: Collection[str] = PARTS) -> list[Program]:
    """List what has to run on this machine: all parts, or some where others run elsewhere."""
    slots = len(os.sched_getaffinity(0))
    web = [
        *("uvicorn", "config.asgi:application", "--host", host, "--port", str(port)),
        # Without a limit, one open live page keeps the server from ending.
        *("--timeout-graceful-shutdown", "3", "--lifespan", "off", "--no-access-log"),
    ]
    listed = [
        Program(name="sweep", command=[sys.executable, "manage.py", "sweep"]),
        _worker("worker", lane="interactive", slots=slots),
        _worker("regrade", lane="regrade", slots=1),
        Program(name="web", command=["env", "DATABASE_POOL=1", sys.executable, "-m", *web]),
    ]
    first = [_broker()] if settings.REDIS_IS_EMBEDDED and BROKER in only else []
    return [*first, *(program for program in listed if program.name in only)]


def configuration(listed: list[Program], *, var: Path) -> str:
    """Write supervisord's configuration; see supervisord.org/configuration.html."""
    head = {
        "nodaemon": "true",
        "pidfile": var / "supervisord.pid",
        "logfile": "/dev/null",  # In the foreground it prints what it would log.
        "logfile_maxbytes": "0",
        "loglevel": "warn",
        "directory": settings.BASE_DIR,
        **({"user": "root"} if os.geteuid() == 0 else {}),  # Else it warns at each start.
    }
    sections = [_section("supervisord", head)]
    for program in listed:
        body = {
            "command": _command_line(_tied(program.command)),
            "priority": "1",
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "1000",
            "stopwaitsecs": program.stops_within_s,
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": "/dev/fd/1",
            "stdout_logfile_maxbytes": "0",
        }
        sections.append(_section(f"program:{program.name}", body))
    if together := ",".join(program.name for program in listed if program.name != BROKER):
        # Groups are stopped one after the other, the highest priority first.
        sections.append(_section("group:site", {"programs": together, "priority": "2"}))
    return "\n".join(sections)


def _broker() -> Program:
    folder = settings.VAR / "broker"
    socket = addresses.embedded_socket(settings.VAR)
    broker.make_private(folder)
    broker.make_private(socket.parent)
    return Program(
        name=BROKER,
        command=broker.command(broker.find_server(), socket=socket, folder=folder),
    )


def _worker(name: str, *, lane: str, slots: int) -> Program:
    worker = [
        *("celery", "--quiet", "-A", "config.celery", "worker"),
        *("--queues", lane, "--concurrency", str(slots), "--hostname", f"{name}@%h"),
        *("--pool", "prefork", "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]
    return Program(
        name=name,
        command=["nice", "-n", str(NICE[lane]), sys.executable, "-m", *worker],
        stops_within_s=math.ceil(settings.GRADER_GRACE_SECONDS) + HANDING_BACK_S,
    )


def _tied(command: list[str]) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else command


def _command_line(words: list[str]) -> str:
    """Quote for supervisord, which splits like a shell after expanding %(name)s."""
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return " ".join(quoted).replace("%", "%%")


def _section(name: str, body: Mapping[str, object]) -> str:
    lines = (f"{key} = {value}" for key, value in body.items())
    return "\n".join([f"[{name}]", *lines, ""])
