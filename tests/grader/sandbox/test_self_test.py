from pathlib import Path

import pytest

from grader.sandbox import Check, self_test
from tests.grader.sandbox.conftest import Driver

pytestmark = pytest.mark.sandbox


def namespaces() -> list[Path]:
    return [Path("/proc/self/ns", kind).readlink() for kind in ("user", "net", "mnt")]


def test_self_test_passes_here_and_leaves_the_caller_alone() -> None:
    before = namespaces()

    checks = self_test()

    assert [check for check in checks if not check.is_ok] == []
    assert len(checks) >= 16
    assert namespaces() == before


def test_self_test_passes_for_every_user(driver: Driver) -> None:
    shown = driver.run("""
        from grader.sandbox import self_test
        show(failed=[check.name for check in self_test() if not check.is_ok])
    """)

    assert shown == {"failed": []}


def test_self_test_refuses_without_bubblewrap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    (check,) = self_test()

    assert check.name == "isolation"
    assert not check.is_ok
    assert check.detail == "bwrap is not on PATH."
    assert check.mend.endswith("bubblewrap")


def test_self_test_refuses_an_old_bubblewrap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho bubblewrap 0.7.9\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    first = self_test()[0]

    assert first.detail == f"{old} is bubblewrap 0.7.9; needed is 0.8."
    assert not first.is_ok


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
        from grader.sandbox.self_test import examine
        show(failed={check.name: check.detail for check in examine() if not check.is_ok})
    """)

    assert shown["failed"].keys() >= {
        "denied system calls",
        "unknown system calls",
        "sockets of other families",
        "typing into the terminal",
        "hiding from the watcher",
    }


def test_check_is_a_value() -> None:
    assert Check(name="x", is_ok=True, detail="", mend="") == Check(
        name="x", is_ok=True, detail="", mend=""
    )
