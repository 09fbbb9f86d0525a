from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.loading import LoadError, load


class Command(BaseCommand):
    help = "Read a course folder into the database; reading the same folder again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that holds course.toml")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            course = load(options["folder"])
        except LoadError as error:
            raise CommandError(str(error)) from error
        lessons = course.lessons.count()
        self.stdout.write(f"{course.title}: {lessons} lesson{'s' if lessons != 1 else ''} loaded.")
