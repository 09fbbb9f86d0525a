"""What an operator is told, on each kind of system that workers run on."""

from pathlib import Path

import pytest

from grader.sandbox import remedies

Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def plain_system(monkeypatch: Patch, tmp_path: Path) -> None:
    """Begin with a system on which nothing is switched off and that is in no container."""
    monkeypatch.setattr(remedies, "_setting", lambda _: "")
    monkeypatch.setattr(remedies, "_MARKS_OF_CONTAINERS", ())
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def test_ubuntu_is_told_which_switch_apparmor_has(monkeypatch: Patch) -> None:
    found = {"kernel.apparmor_restrict_unprivileged_userns": "1"}
    monkeypatch.setattr(remedies, "_setting", lambda name: found.get(name, ""))

    assert remedies.namespaces() == "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"


def test_docker_is_told_its_options(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setattr(remedies, "_MARKS_OF_CONTAINERS", (str(tmp_path),))

    assert remedies.namespaces().startswith("docker run --security-opt systempaths=unconfined")
    assert remedies.cgroups().startswith("docker run --security-opt writable-cgroups=true")


def test_kubernetes_is_told_its_settings(monkeypatch: Patch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")

    assert "procMount: Unmasked" in remedies.namespaces()
    assert "container runtime" in remedies.cgroups()


@pytest.mark.parametrize(
    ("version", "group"),
    [("1", "mkdir $c/iomodels"), ("2", "echo $$ > iomodels/iomodels-workers/cgroup.procs")],
)
def test_systems_without_systemd_are_told_how_to_delegate(
    monkeypatch: Patch, tmp_path: Path, version: str, group: str
) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda _: False)
    (tmp_path / "2").touch()
    monkeypatch.setattr(remedies, "_VERSION_2_MARK", tmp_path / version)

    assert remedies.cgroups().startswith("as root: cd /sys/fs/cgroup && ")
    assert group in remedies.cgroups()
    assert "SANDBOX_CGROUP=/iomodels" in remedies.cgroups()


def test_other_systems_are_told_what_must_work() -> None:
    assert "`unshare --user --map-current-user true` must work" in remedies.namespaces()


@pytest.mark.parametrize(
    ("manager", "name", "command"),
    [
        ("apt-get", "bwrap", "apt-get install bubblewrap"),
        ("apt-get", "gcc", "apt-get install gcc libc6-dev"),
        ("dnf", "gcc", "dnf install gcc glibc-devel"),
        ("apk", "gcc", "apk add gcc musl-dev"),
        ("none", "strace", "install the package strace"),
    ],
)
def test_each_system_is_told_its_own_command(
    monkeypatch: Patch, manager: str, name: str, command: str
) -> None:
    monkeypatch.setattr(
        "shutil.which", lambda found, **_: f"/usr/bin/{found}" if found == manager else None
    )

    assert remedies.install(name) == command
