import shutil
from pathlib import Path

import pytest

from grader.sandbox import (
    Check,
    State,
    as_json,
    delegation,
    from_json,
    is_sound,
    report,
    self_test,
)
from grader.sandbox.doctor import machine
from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox


def namespaces() -> list[Path]:
    return [Path("/proc/self/ns", kind).readlink() for kind in ("user", "net", "mnt")]


def test_self_test_passes_here_and_leaves_the_caller_alone() -> None:
    before = namespaces()

    checks = self_test()

    assert [check for check in checks if not check.is_ok] == []
    assert len(checks) >= 28
    assert namespaces() == before


def test_self_test_passes_for_every_user(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import self_test
        show(failed=[check.name for check in self_test() if not check.is_ok])
    """)

    assert shown == {"failed": []}


@pytest.mark.parametrize("missing", ["bwrap", "strace", "python3"])
def test_self_test_refuses_without_a_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    for name in {"bwrap", "strace"} - {missing}:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setattr("grader.sandbox.doctor.machine._SYSTEM", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    found = {check.name: check for check in machine.look()}

    assert found[missing].state is State.FAILED
    package = {"bwrap": "bubblewrap"}.get(missing, missing)
    assert found[missing].mend.endswith(package)


def test_self_test_refuses_an_old_bubblewrap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho bubblewrap 0.7.9\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    checks = self_test()

    (found,) = [check for check in checks if check.name == "bwrap"]
    assert found.detail == f"{old} is bubblewrap 0.7.9; needed is 0.8"
    assert not is_sound(checks)
    # Nobody's program was run after that, not even the probe.
    assert "limits strike" not in [check.name for check in checks]


def test_self_test_refuses_a_bubblewrap_with_privileges(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(str(shutil.which("bwrap")), tmp_path / "bwrap")
    (tmp_path / "bwrap").chmod(0o4755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    found = {check.name: check for check in machine.look()}

    assert found["bwrap without privileges"].mend == f"chmod ug-s {tmp_path}/bwrap"


def test_self_test_refuses_an_old_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.release", lambda: "5.10.0-30-amd64")

    assert next(machine.look()).detail == "Linux 5.10.0-30-amd64; needed is 5.14"


def test_self_test_refuses_a_machine_without_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    assert next(machine.look()).mend == "use one of type x86_64 and aarch64"


@pytest.mark.parametrize(("allowed", "state"), [("0", State.FAILED), ("1", State.WARNING)])
def test_self_test_tells_what_is_open_without_a_control_group(
    monkeypatch: pytest.MonkeyPatch, allowed: str, state: State
) -> None:
    monkeypatch.setattr(delegation, "find", lambda: None)
    monkeypatch.setenv("SANDBOX_ALLOW_NO_CGROUP", allowed)

    found = {check.name: check for check in machine.look()}["control group"]

    assert found.state is state
    assert "SANDBOX_ALLOW_NO_CGROUP=1" in found.mend


def test_self_test_warns_where_rings_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_THROW_AWAY", "1")

    found = {check.name: check for check in machine.look()}["io_uring"]

    assert found.state is State.WARNING
    assert "unseen by filter and trace" in found.detail


def test_self_test_notices_a_hole(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import policy, self_test, view
        policy.PRCTLS["PR_SET_DUMPABLE"] = 4
        policy.IOCTLS["TIOCSTI"] = 0x5412
        policy.DENIED["reaching into other processes"] = ""
        policy.ALLOWED["memory"] += " ptrace io_uring_setup"
        policy.SOCKET_DOMAINS["AF_NETLINK"] = 16
        view.ENVIRONMENT["LEAKED"] = "x"
        view._ISOLATION[view._ISOLATION.index("--cap-drop"):][:2] = []
        from grader.sandbox.doctor.self_test import examine
        show(failed={check.name: check.detail for check in examine() if not check.is_ok})
    """)

    assert shown["failed"].keys() >= {
        "denied system calls",
        "unknown system calls",
        "sockets of other families",
        "typing into the terminal",
        "hiding from the watcher",
    }


def test_self_test_notices_limits_that_do_not_strike(driver: Driver) -> None:
    shown = driver.run("""
        import dataclasses, importlib
        self_test = importlib.import_module("grader.sandbox.doctor.self_test")
        self_test._SMALL = dataclasses.replace(self_test._SMALL, file_bytes=100)
        from grader.sandbox.doctor.self_test import examine
        show(failed=[check.name for check in examine() if not check.is_ok])
    """)

    assert shown == {"failed": ["limits strike"]}


def test_checks_are_read_as_they_were_written() -> None:
    checks = self_test()

    assert from_json(as_json(checks)) == checks


def test_report_has_a_sign_and_a_command_for_each_check() -> None:
    checks = [
        Check(name="kernel", state=State.OK, detail="Linux 6.1"),
        Check(name="gcc", state=State.WARNING, detail="not there", mend="apt-get install gcc"),
        Check(name="bwrap", state=State.FAILED, detail="too old", mend="apt-get upgrade"),
    ]

    assert report(checks) == (
        "  \N{CHECK MARK} kernel  Linux 6.1\n"
        "  ! gcc     not there\n"
        "                to mend it: apt-get install gcc\n"
        "  \N{BALLOT X} bwrap   too old\n"
        "                to mend it: apt-get upgrade\n"
        "\n"
        "No program is run on this machine until that is mended."
    )
    assert report(checks[:1]).endswith("Programs are isolated on this machine.")
    assert report(checks[:2]).endswith("but read the line with ! first.")
