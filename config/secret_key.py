"""The secret key that a new site makes for itself and keeps."""

import os
import tempfile
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(path: Path) -> str:
    """Read the key at `path`; make it first if there is none, readable by its owner only.

    Several processes may start at once. Each writes a whole file of its own and links it to `path`;
    link(2) refuses an existing name, so one of them wins and all of them read the winner's key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # Mode 0600.
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(get_random_secret_key() + "\n")
        path.hardlink_to(name)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
