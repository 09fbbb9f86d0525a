import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from grader import sandbox


class Command(BaseCommand):
    help = (
        "Tell whether programs of strangers can be run on this machine, and what mends it if not. "
        "Exit status 1: nothing is graded here. Run it as the user that the worker runs as."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the checks as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = sandbox.self_test()
        if options["json"]:
            self.stdout.write(json.dumps(json.loads(sandbox.as_json(checks)), indent=2))
        else:
            self.stdout.write(sandbox.report(checks))
        if not sandbox.is_sound(checks):
            raise SystemExit(1)
