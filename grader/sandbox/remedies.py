"""What a machine lacks to isolate programs, and the command that mends it."""

import os
import shutil
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.sandbox import choices

_PACKAGES = {
    "bwrap": "bubblewrap",
    "python3": "python3",
    "strace": "strace",
    # The C library's headers are a package of their own, called differently everywhere.
    "gcc": "gcc libc6-dev",
}
_ELSEWHERE = {
    "dnf": {"gcc": "gcc glibc-devel"},
    "zypper": {"gcc": "gcc glibc-devel"},
    "pacman": {"gcc": "gcc"},
    "apk": {"gcc": "gcc musl-dev"},
}
_INSTALLERS = {
    "apt-get": "apt-get install",
    "dnf": "dnf install",
    "zypper": "zypper install",
    "pacman": "pacman -S",
    "apk": "apk add",
}
# Each switches unprivileged user namespaces off; the value that does, and the one that does not.
_SWITCHES = (
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("user.max_user_namespaces", "0", "15000"),
    ("user.max_net_namespaces", "0", "15000"),
    ("user.max_pid_namespaces", "0", "15000"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
)
# What Docker's default profile refuses: clone, unshare, mount, umount2, pivot_root and sethostname
# without a capability, and a fresh /proc beside its masked one.
_PROFILE = (
    "where grader.json is Docker's default profile with clone, unshare, mount, umount2, pivot_root "
    "and sethostname allowed (docs/security.md)"
)
_DOCKER = (
    "docker run --security-opt systempaths=unconfined --security-opt seccomp=grader.json, "
    + _PROFILE
)
_KUBERNETES = (
    "hostUsers: false, and in the container's securityContext procMount: Unmasked and "
    "seccompProfile: {type: Localhost, localhostProfile: grader.json}, " + _PROFILE
)


_VERSION_1 = (
    "cd /sys/fs/cgroup && for c in memory pids cpuacct; do mkdir $c/iomodels && "
    "chown -R {uid} $c/iomodels; done; and for the worker"
)
# Nobody but root may move a process into somebody's part of the tree, so the worker must begin
# there; and in a group below, because one that is divided takes no processes.
_VERSION_2 = (
    "cd /sys/fs/cgroup && echo +memory +pids > cgroup.subtree_control && "
    "mkdir -p iomodels/iomodels-workers && chown -R {uid} iomodels; then start the worker from a "
    "shell that root moves there (echo $$ > iomodels/iomodels-workers/cgroup.procs), with"
)
_VERSION_2_MARK = Path("/sys/fs/cgroup/cgroup.controllers")
_MARKS_OF_CONTAINERS = ("/.dockerenv", "/run/.containerenv")


def unavailable(problem: str, mend: str) -> SandboxUnavailable:
    """Make the exception that says what is missing and what mends it."""
    return SandboxUnavailable(f"{problem} To mend it: {mend}")


def program(name: str) -> str:
    """Find a program that the sandbox itself needs on PATH, or raise SandboxUnavailable."""
    path = shutil.which(name)
    if path is None:
        raise unavailable(f"{name} is not on PATH.", install(name))
    return path


def install(name: str) -> str:
    """Return the command that installs a program with this system's package manager."""
    for manager, command in _INSTALLERS.items():
        if shutil.which(manager, path="/usr/bin:/bin:/usr/sbin:/sbin"):
            return f"{command} {_ELSEWHERE.get(manager, {}).get(name, _PACKAGES[name])}"
    return f"install the package {_PACKAGES[name]}"


def missing(name: str) -> str:
    """Return what to do about a program that is to run in a box, and that is not there."""
    return install(name) if name in _PACKAGES else "install it there"


def namespaces() -> str:
    """Return the command that most probably lets this user make namespaces."""
    for name, off, on in _SWITCHES:
        if _setting(name) == off:
            return f"sysctl -w {name}={on}"
    if _is_in_kubernetes():
        return _KUBERNETES
    if _is_in_container():
        return _DOCKER
    return "allow unprivileged user namespaces; `unshare --user --map-current-user true` must work"


def cgroups() -> str:
    """Return what gives this user a control group, or lets a worker do without."""
    if _is_in_kubernetes():
        give = "let the nodes' container runtime make cgroups writable (docs/security.md)"
    elif _is_in_container():
        give = "docker run --security-opt writable-cgroups=true (Docker 28)"
    elif Path("/run/systemd/system").is_dir():
        give = "Delegate=yes in the worker's unit, or: systemd-run --user --scope -p Delegate=yes"
    else:
        commands = _VERSION_2 if _VERSION_2_MARK.exists() else _VERSION_1
        give = f"as root: {commands.format(uid=os.getuid())} {choices.CGROUP}=/iomodels"
    return f"{give}; or, where only one's own programs are run, {choices.ALLOW_NO_CGROUP}=1"


def _is_in_kubernetes() -> bool:
    return "KUBERNETES_SERVICE_HOST" in os.environ


def _is_in_container() -> bool:
    return any(map(os.path.exists, _MARKS_OF_CONTAINERS))


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", *name.split(".")).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
