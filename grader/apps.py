"""The app that brings a program to its verdict."""

from django.apps import AppConfig


class GraderConfig(AppConfig):
    name = "grader"

    def ready(self) -> None:
        from grader import checks  # noqa: F401, PLC0415 (registers the system checks)
