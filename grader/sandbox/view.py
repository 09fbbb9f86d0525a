"""What a program sees, as the options of bubblewrap."""

import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.exceptions import SandboxUnavailable
from grader.sandbox import remedies

PATH = "/usr/bin:/bin"
FILES = "/w/"
ENVIRONMENT = {
    "PATH": PATH,
    "HOME": "/tmp",  # noqa: S108  (the box's own)
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# Not /usr/local and /usr/src, where products are installed and the system's Python looks for
# nothing.
_SYSTEM = tuple(
    Path("/usr", name)
    for name in ("bin", "sbin", "include", "lib", "lib32", "lib64", "libexec", "share")
)
_NOTHING = Path("/dev/null")
_ROOTS = tuple(Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64"))
# Looked up now: after `enter()` they may be out of reach.
_PROJECT = Path(__file__).resolve().parents[2]
_VIRTUAL_ENVIRONMENT = Path(sys.prefix).resolve() if sys.prefix != sys.base_prefix else _PROJECT

_ISOLATION = [
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--disable-userns",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--hostname",
    "box",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--clearenv",
]


def options(directory: Path, *, etc: Path, environment: Mapping[str, str]) -> bytes:
    """Return bubblewrap's options for --args: each ends with a NUL.

    `directory` holds `w`, the program's files, and `tmp`, a file system with `tmp` and `shm` on it.
    The sources have neutral names because /proc/self/mountinfo shows them to the program.
    """
    found = [
        *_ISOLATION,
        *(
            part
            for item in (ENVIRONMENT | dict(environment)).items()
            for part in ("--setenv", *item)
        ),
        *_system_directories(),
        # Whoever runs bubblewrap's own file looks like a box whose program has not begun.
        *(part for path in _own_programs() for part in _bind("--ro-bind", _NOTHING, str(path))),
        *_bind("--ro-bind", etc, "/etc"),
        *("--proc", "/proc", "--dev", "/dev"),
        # bubblewrap's own process in the box has the program's uid, and nobody counts or traces
        # it. Through /proc/1/mem a program could move in there.
        *("--tmpfs", "/proc/1", "--remount-ro", "/proc/1"),
        *_bind("--bind", directory / "tmp/shm", "/dev/shm"),  # noqa: S108  (the box's own)
        *_bind("--bind", directory / "tmp/tmp", "/tmp"),  # noqa: S108  (the box's own)
        *_bind("--ro-bind", directory / "w", "/w"),
        # What bubblewrap itself mounts here has no limit on its size.
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108
    ]
    return joined(found)


def joined(options: Sequence[str]) -> bytes:
    """Return options as bubblewrap's --args wants them."""
    return b"".join(part.encode() + b"\0" for part in options)


def check(files: Mapping[str, bytes], environment: Mapping[str, str]) -> None:
    """Raise ValueError for names that would leave the box or smuggle in an option."""
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
            raise ValueError(f"{name!r} is not a path inside of the box's /w.")
    for name, value in environment.items():
        if not name or "=" in name or "\0" in name + value:
            raise ValueError(f"{name!r} cannot be an environment variable.")


@functools.cache
def hidden() -> tuple[Path, ...]:
    """List the directories of this project that lie where programs could look.

    Raises SandboxUnavailable if hiding them would hide the system, too.
    """
    ours = {_PROJECT, _VIRTUAL_ENVIRONMENT}
    within = [path for path in ours if any(path.is_relative_to(system) for system in _SYSTEM)]
    for path in within:
        if path in _SYSTEM:
            raise SandboxUnavailable(f"Programs could read this project in {path}; move it away.")
    return tuple(sorted(within))


@functools.cache
def _own_programs() -> tuple[Path, ...]:
    path = Path(remedies.program("bwrap")).resolve()
    return (path,) if any(path.is_relative_to(system) for system in _SYSTEM) else ()


def _system_directories() -> Iterator[str]:
    for path in _SYSTEM:
        if path.is_dir():
            yield from _bind("--ro-bind", path, str(path))
    for path in hidden():
        yield from ("--tmpfs", str(path), "--remount-ro", str(path))
    for path in _ROOTS:
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from _bind("--ro-bind", path, str(path))


def _bind(option: str, source: Path, target: str) -> tuple[str, str, str]:
    return option, str(source), target
