"""What can go wrong on our side: never the student's mistake, which is a value in the report."""


class GraderError(Exception):
    """The grader could not do its work; the student is told to wait and loses nothing."""


class SandboxUnavailable(GraderError):
    """This machine cannot isolate a program; the message says what is missing and what mends it."""
