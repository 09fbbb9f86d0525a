"""System checks: what a site needs before it can grade, and what mends it."""

import shutil
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

PROGRAMS = ("bwrap", "strace")


@register
def broker_is_known(**_: Any) -> Sequence[CheckMessage]:
    """E001: the broker's address is one that both libraries can read."""
    scheme = urlsplit(settings.REDIS_URL).scheme
    if scheme in {"redis", "rediss", "unix"}:
        return []
    return [
        Error(
            f"REDIS_URL begins with {scheme!r}.",
            hint="Write redis://host:6379/0, rediss://host:6379/0 or unix:///path/of/the/socket.",
            id="grader.E001",
        )
    ]


@register
def lease_outlives_sweep(**_: Any) -> Sequence[CheckMessage]:
    """E002: a lease is renewed every third of itself, and no more often than a worker looks."""
    if settings.GRADER_LEASE_SECONDS >= 1.5 and settings.GRADER_SWEEP_SECONDS > 0:
        return []
    return [
        Error(
            "GRADER_LEASE_SECONDS is below 1.5, or GRADER_SWEEP_SECONDS is not above 0.",
            hint="15 and 2 are good values.",
            id="grader.E002",
        )
    ]


@register
def programs_are_there(**_: Any) -> Sequence[CheckMessage]:
    """W001: a machine that only serves pages does not need them; one that grades does."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not missing:
        return []
    return [
        checks.Warning(
            f"Nothing can be graded on this machine: {', '.join(missing)} not found.",
            hint="apt-get install bubblewrap strace",
            id="grader.W001",
        )
    ]


@register
def compiler_is_there(**_: Any) -> Sequence[CheckMessage]:
    """W002: where exercises take C, a machine that grades needs a compiler."""
    if shutil.which("gcc"):
        return []
    return [
        checks.Warning(
            "No program in C can be graded on this machine: gcc not found.",
            hint="apt-get install gcc libc6-dev",
            id="grader.W002",
        )
    ]
