"""Where in the tree of control groups this process may make groups: cgroups(7), version 1 and 2."""

import os
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.exceptions import SandboxUnavailable
from grader.procfs import content
from grader.sandbox import choices

# Where the processes of a delegated group of version 2 go: one with groups in it may have none.
WORKERS = "iomodels-workers"
CONTROLLERS = ("memory", "pids")
CPU = "cpuacct"  # Of version 1, which may lack it: then CPU time is added up from the processes.
_PATIENCE_S = 2  # A group is busy for some milliseconds after its last process has ended.


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where groups may be made: a directory for each controller, in version 2 always the same."""

    version: int
    directories: Mapping[str, Path]

    def below(self, name: str) -> "Place":
        below = {controller: path / name for controller, path in self.directories.items()}
        return Place(version=self.version, directories=below)

    def make(self) -> None:
        for path in self._different():
            path.mkdir(mode=0o755)

    def give_to(self, uid: int) -> None:
        """Let a user make groups here and move processes between them; the limits stay ours."""
        for path in self._different():
            for name in ("", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads", "tasks"):
                if (path / name).exists():
                    os.chown(path / name, uid, -1)  # A user's own group need not have this number.

    def write(self, controller: str, name: str, value: object) -> None:
        path = self.directories[controller] / name
        # Not pathlib: the kernel wants one write(2), and no file to be made.
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, str(value).encode())
        finally:
            os.close(descriptor)

    def read(self, controller: str, name: str) -> bytes:
        return content(str(self.directories[controller] / name))

    def move(self, pid: int) -> None:
        """Move a process here; 0 is the caller."""
        for controller in self.directories if self.version == 1 else ("memory",):
            self.write(controller, "cgroup.procs", pid)

    def remove(self) -> None:
        """Remove a group whose processes have ended, with what is below it."""
        for path in self._different():
            _remove(path)

    def _different(self) -> list[Path]:
        return sorted(set(self.directories.values()))


def find() -> Place | None:
    """Return the place that is delegated to this process; None if there is none.

    Raises SandboxUnavailable if the operator named one that cannot be used.
    """
    wanted = choices.cgroup()
    usable = [place for place in _places(wanted) if _is_usable(place)]
    for place in usable:
        if _may_enter(place) and (wanted or place.version == 1 or _is_delegated(place)):
            return place
    if wanted:
        raise SandboxUnavailable(f"{choices.CGROUP} is {wanted}, but {_objection(usable)}.")
    return None


def has_cgroup() -> bool:
    """Tell whether this process may make groups."""
    try:
        return find() is not None
    except SandboxUnavailable:
        return False


def _objection(usable: Sequence[Place]) -> str:
    if usable:
        return "this process stands outside of it, and so may not move itself there"
    return f"there this process cannot make groups with the controllers {' and '.join(CONTROLLERS)}"


def _places(wanted: str) -> Iterator[Place]:
    own = _own_groups()
    two = _mounts("cgroup2")
    if two and (wanted or "" in own):
        path = _below(two[""], wanted or own[""])
        path = path.parent if path.name == WORKERS else path
        yield Place(version=2, directories=dict.fromkeys(CONTROLLERS, path))
    one = _mounts("cgroup")
    if all(name in one and (wanted or name in own) for name in CONTROLLERS):
        names = [name for name in (*CONTROLLERS, CPU) if name in one and (wanted or name in own)]
        directories = {name: _below(one[name], wanted or own[name]) for name in names}
        if not _may_make(directories.get(CPU)):
            directories.pop(CPU, None)
        yield Place(version=1, directories=directories)


def _own_groups() -> dict[str, str]:
    """Return the path of this process's group by controller; of version 2 by ""."""
    found = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _mounts(kind: str) -> dict[str, Path]:
    """Return where the trees of groups are mounted, by controller; that of version 2 by ""."""
    found: dict[str, Path] = {}
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, path, of_kind, options, *_ = line.split(" ")
        if of_kind == kind:
            for name in options.split(",") if kind == "cgroup" else [""]:
                found.setdefault(name, Path(path))
    return found


def _below(root: Path, path: str) -> Path:
    return root / path.strip("/")


def _is_usable(place: Place) -> bool:
    if not all(map(_may_make, place.directories.values())):
        return False
    if place.version == 1:
        return True
    controllers = place.read("memory", "cgroup.controllers").decode().split()
    return set(CONTROLLERS) <= set(controllers)


def _may_enter(place: Place) -> bool:
    """Tell whether this process may move itself into groups made there.

    Version 2 asks for the right to write to cgroup.procs not only there, but also in the nearest
    group that holds both that place and the one where the process stands now.
    """
    if place.version == 1:
        return True
    own = _below(_mounts("cgroup2")[""], _own_groups()[""])
    common = os.path.commonpath((own, place.directories["memory"]))
    return os.access(Path(common, "cgroup.procs"), os.W_OK)


def _may_make(path: Path | None) -> bool:
    return path is not None and path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _is_delegated(place: Place) -> bool:
    """Tell whether this part of the tree was given away: else it is somebody else's to arrange."""
    path = place.directories["memory"]
    for name in ("user.delegate", "trusted.delegate"):  # systemd.exec(5) does so for Delegate=yes.
        with suppress(OSError):
            return os.getxattr(path, name) == b"1"
    # The root of a container's own tree.
    return _own_groups()[""] in ("/", f"/{WORKERS}") and not is_root_of_the_machine(place)


def is_root_of_the_machine(place: Place) -> bool:
    """Tell whether a group of version 2 is the one group that may divide with processes in it."""
    return not (place.directories["memory"] / "cgroup.events").exists()


def directories_in(path: Path) -> list[Path]:
    try:
        return [inner for inner in path.iterdir() if inner.is_dir()]
    except OSError:
        return []


def _remove(path: Path) -> None:
    for inner in directories_in(path):
        _remove(inner)
    ends_at = time.monotonic() + _PATIENCE_S
    while path.exists():
        try:
            path.rmdir()
        except OSError:
            if time.monotonic() > ends_at:
                raise
            select.poll().poll(1)
