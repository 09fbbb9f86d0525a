import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from supervisor.options import ServerOptions

from config import supervision


def _read(path: Path) -> dict[str, Any]:
    """Read a configuration as supervisord does."""
    options = ServerOptions()
    options.realize(["-c", str(path)])
    return {
        process.name: process
        for group in options.process_group_configs
        for process in group.process_configs
    }


def test_configuration_is_read_by_supervisord_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "supervisord.conf"
    odd = supervision.Program(
        name="odd", command=["/bin/echo", "a b", "50%", 'say "x"', ""], stops_within_s=7
    )
    path.write_text(supervision.configuration([odd], var=tmp_path))

    read = _read(path)["odd"]

    assert shlex.split(read.command)[-5:] == odd.command  # So does supervisord.
    assert (read.stopwaitsecs, read.killasgroup, read.stopasgroup) == (7, True, False)


@pytest.mark.parametrize("first", [["broker"], []])
def test_broker_is_run_only_when_there_is_no_other(first: list[str], settings: Settings) -> None:
    settings.REDIS_IS_EMBEDDED = bool(first)

    listed = supervision.programs(host="127.0.0.1", port=8000)

    names = [program.name for program in listed]
    assert names == [*first, "sweep", "worker", "regrade", "web"]


@pytest.mark.parametrize("only", [["broker"], ["worker", "regrade"], ["web", "sweep"]])
def test_some_parts_run_where_others_run_elsewhere(
    only: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.REDIS_IS_EMBEDDED = True
    path = tmp_path / "supervisord.conf"

    listed = supervision.programs(host="127.0.0.1", port=8000, only=only)
    path.write_text(supervision.configuration(listed, var=tmp_path))

    assert set(_read(path)) == {program.name for program in listed} == set(only)


def test_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    first = supervision.lock(tmp_path)
    second = supervision.lock(tmp_path)

    assert first is not None
    assert second is None
    os.close(first)
    third = supervision.lock(tmp_path)
    assert third is not None
    os.close(third)


def test_lock_outlives_exec(tmp_path: Path) -> None:
    descriptor = supervision.lock(tmp_path)
    assert descriptor is not None
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    os.close(descriptor)

    held = supervision.lock(tmp_path)
    child.communicate(b"\n")
    free = supervision.lock(tmp_path)

    assert held is None
    assert free is not None
    os.close(free)
