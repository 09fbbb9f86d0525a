"""What tools/setup does on a machine where something is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = (
    "cksum",
    "dirname",
    "env",
    "find",
    "flock",
    "grep",
    "head",
    "id",
    "make",
    "sed",
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Make a folder of commands that stands for a machine without bubblewrap, strace and gcc.

    Its apt-get, and its sudo, only write down what they were asked for.
    """
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in NEEDED:
        (commands / name).symlink_to(shutil.which(name) or "/nonexistent")
    _write_script(commands / "apt-get", f'echo "apt-get $*" >> {tmp_path}/asked')
    _write_script(commands / "sudo", f'echo sudo >> {tmp_path}/asked; exec "$@"')
    return tmp_path


def _write_script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def _set_up(machine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "tools" / "setup", *arguments],
        env={"PATH": str(machine / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_setup_asks_for_what_is_missing_and_says_why(machine: Path) -> None:
    done = _set_up(machine, "run")

    asked = (machine / "asked").read_text().splitlines()
    assert [line for line in asked if line != "sudo"] == [
        "apt-get update -q",
        "apt-get install -y --no-install-recommends bubblewrap strace gcc libc6-dev",
    ]
    assert ("sudo" in asked) == (os.geteuid() != 0)
    assert "bubblewrap (isolates student programs)" in done.stderr
    assert done.returncode == 1
    assert "still missing" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root needs no sudo")
def test_setup_prints_the_line_to_run_where_there_is_no_sudo(machine: Path) -> None:
    (machine / "bin" / "sudo").unlink()

    done = _set_up(machine, "run")

    line = "apt-get install -y --no-install-recommends bubblewrap strace gcc libc6-dev"
    assert f"please run as root: {line}" in done.stderr
    assert done.returncode == 1
    assert not (machine / "asked").exists()


def test_setup_without_a_purpose_explains_itself(machine: Path) -> None:
    done = _set_up(machine)

    assert (done.returncode, done.stderr) == (1, "set-up: usage: tools/setup run|test\n")
