import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from grader.sweep import sweep_until


class Command(BaseCommand):
    help = "Wake workers for runs that were forgotten, every few seconds, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweep_until(stop)
