"""What the battery is run with: a crew for each user, and a host that has something to steal."""

import os
import platform
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.attacks.crew import Crew
from tests.end_to_end.attacks.header import Attack
from tests.end_to_end.attacks.remains import Remains, adopt_orphans, look
from tests.grader.sandbox.conftest import Driver, delegation_to, driver, make_project

__all__ = ["driver", "make_project"]  # Fixtures of this folder.

CANARY = "IOMODELS-CANARY-"


@pytest.fixture(scope="session")
def host() -> Iterator[dict[str, Any]]:
    """Plant a secret in files, and open services as a host has them; give what programs know."""
    secret = CANARY + secrets.token_hex(8)
    abstract = f"iomodels-battery-{os.getpid()}"
    files = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
        if os.access(folder, os.W_OK):
            descriptor, name = tempfile.mkstemp(prefix="iomodels-secret-", dir=folder)
            os.write(descriptor, secret.encode())
            os.fchmod(descriptor, 0o644)
            os.close(descriptor)
            files.append(Path(name))
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0" + abstract)
        unix.listen()
        yield {
            "secret": secret,
            "canary": CANARY,
            "planted": [str(path) for path in files],
            "host_port": tcp.getsockname()[1],
            "host_abstract": abstract,
        }
    for path in files:
        path.unlink()


@pytest.fixture(scope="session", autouse=True)
def before() -> Remains:
    """Look at the host before the first attack, and see from now on who loses his parent."""
    adopt_orphans()
    return look()


@pytest.fixture(scope="session")
def crews() -> list[Crew]:
    """Give the list of all crews that there have been."""
    return []


@pytest.fixture(scope="session")
def bounded(driver: Driver) -> Iterator[Driver]:
    """Give the driver a control group of its own, if that can be had here."""
    with delegation_to(driver) as given:
        yield given.driver if given else driver


@pytest.fixture(scope="session")
def crew(
    bounded: Driver, host: dict[str, Any], crews: list[Crew], request: pytest.FixtureRequest
) -> Iterator[Crew]:
    crews.append(Crew(bounded, host))
    for attack, is_traced in _to_be_graded(request.session.items, bounded.user):
        if not _lacks(attack, crews[-1]):
            crews[-1].grade_ahead(attack, is_traced=is_traced)
    yield crews[-1]
    crews[-1].close()


@pytest.fixture(scope="session")
def check_needs() -> Callable[[Attack, Crew], None]:
    """Skip an attack that this machine, or this user, cannot make."""

    def check(attack: Attack, crew: Crew) -> None:
        if lacks := _lacks(attack, crew):
            pytest.skip(lacks)

    return check


def _lacks(attack: Attack, crew: Crew) -> str:
    if "cgroup" in attack.needs and not crew.has_group:
        return "only a control group counts this, and none is delegated"
    if "x86_64" in attack.needs and platform.machine() != "x86_64":
        return "only on x86_64"
    if attack.is_graded and not crew.can_grade:
        return f"the {crew.user} user cannot read this project"
    return ""


def _to_be_graded(items: Sequence[pytest.Item], user: str) -> Iterator[tuple[Attack, bool]]:
    """Yield what the tests that were chosen will ask this user's crew to grade."""
    for item in items:
        chosen = getattr(item, "callspec", None)
        match chosen.params if chosen else {}:
            case {"attack": Attack(is_graded=True) as attack, "driver": of, "is_traced": is_traced}:
                if of == user:
                    yield attack, bool(is_traced)
            case _:
                pass
