import os
import socket
import subprocess
import sys
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import broker, supervision
from config.demonstration import make_accounts
from courses.models import Course
from grader import sandbox

COURSE = settings.BASE_DIR / "iomodels" / "course"


class Command(BaseCommand):
    help = (
        "Serve the whole site on this machine (broker, workers, sweep, web) until Ctrl-C. "
        "First brings the database up to date and loads the shipped course. "
        "Environment: BIND (default 127.0.0.1), PORT (default 8000), and config/settings.py's."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            nargs="+",
            choices=supervision.PARTS,
            default=supervision.PARTS,
            metavar="PART",
            help="of broker, sweep, worker, regrade, web: those that run on this machine (all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only = options["only"]
        host, port = os.environ.get("BIND") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
        try:
            broker.make_private(settings.VAR)
            self._refuse_a_second()
            if "web" in only:
                _refuse_a_port_in_use(host, port)
                self._prepare()
                self._look_at_isolation(host)
            listed = supervision.programs(host=host, port=port, only=only)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        path = settings.VAR / "supervisord.conf"
        path.write_text(supervision.configuration(listed, var=settings.VAR), encoding="utf-8")
        self.stdout.write(_greeting(only, host, port))
        self.stdout.flush()
        _make_output_openable()
        connections.close_all()
        os.execv(  # noqa: S606 (there is no shell)
            sys.executable,
            [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", str(path)],
        )

    def _refuse_a_second(self) -> None:
        if supervision.lock(settings.VAR) is None:
            message = f"The site is already running from {settings.VAR}: stop that one first."
            raise CommandError(message)

    def _look_at_isolation(self, host: str) -> None:
        """Let a site that only this machine's own people can reach do without control groups."""
        is_own = host in ("127.0.0.1", "::1", "localhost")
        if sandbox.has_cgroup() or sandbox.ALLOW_NO_CGROUP in os.environ or not is_own:
            return
        os.environ[sandbox.ALLOW_NO_CGROUP] = "1"
        self.stdout.write(
            "No control group bounds what the programs here use of this machine's memory. That is "
            "fine for your own;\n.venv/bin/python manage.py doctor tells what to do before others "
            "hand theirs in.\n"
        )

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_course", COURSE)
        passwords = make_accounts(Course.objects.earliest("pk"))
        if not passwords:
            self.stdout.write("To set a password: .venv/bin/python manage.py changepassword NAME")
            return
        self.stdout.write("\nAccounts to look around with; their passwords are not shown again:\n")
        for name, password in passwords.items():
            self.stdout.write(f"    {name:12} {password}")
        self.stdout.write("")


def _refuse_a_port_in_use(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"{host}:{port} cannot be used ({error.strerror}). Try: PORT={port + 1}"
            raise CommandError(message) from error


def _greeting(only: Collection[str], host: str, port: int) -> str:
    if "web" in only:
        return f"The site is at http://{host}:{port}/ in a few seconds; Ctrl-C ends it.\n\n"
    return f"Running here: {', '.join(only)}; Ctrl-C ends it.\n\n"


def _make_output_openable() -> None:
    """Put a pipe of our own before the standard output if that cannot be opened by its name.

    supervisord opens /dev/fd/1 for its programs, and after `su` the terminal is another user's.
    """
    try:
        os.close(os.open("/dev/fd/1", os.O_WRONLY | os.O_APPEND))
    except OSError:
        reading, writing = os.pipe()
        subprocess.Popen(["cat"], stdin=reading, start_new_session=True)
        os.close(reading)
        os.dup2(writing, 1)
        os.close(writing)
