"""What a program sees and may use, as the options of bubblewrap and prlimit."""

import functools
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.exceptions import SandboxUnavailable
from grader.sandbox import remedies
from grader.sandbox.limits import Limits

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
        *_bind("--ro-bind", etc, "/etc"),
        *("--proc", "/proc", "--dev", "/dev"),
        # bubblewrap's own process in the box has the program's uid, no limits, and nobody counts or
        # traces it. Through /proc/1/mem a program could move in there.
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


def limited(command: Sequence[str], limits: Limits) -> list[str]:
    """Put prlimit before a command: inside, because a count of processes belongs to a namespace.

    Raises SandboxUnavailable if this process may not even use that much itself.
    """
    needed = {
        "nproc": (resource.RLIMIT_NPROC, limits.processes),
        "as": (resource.RLIMIT_AS, limits.address_space_bytes),
        "fsize": (resource.RLIMIT_FSIZE, limits.file_bytes),
        "nofile": (resource.RLIMIT_NOFILE, limits.open_files),
        # One second after SIGXCPU, which can be caught, comes SIGKILL.
        "cpu": (resource.RLIMIT_CPU, limits.cpu_s + 1),
    }
    for name, (number, value) in needed.items():
        hard = resource.getrlimit(number)[1]
        if hard != resource.RLIM_INFINITY and hard < value:
            problem = f"The limit {name} is {hard} here, but programs are to have {value}."
            raise remedies.unavailable(problem, f"prlimit --pid $PPID --{name}={value}")
    return [
        "prlimit",
        *(f"--{name}={value}:{value}" for name, (_, value) in needed.items() if name != "cpu"),
        f"--cpu={limits.cpu_s}:{limits.cpu_s + 1}",
        *_ceilings(),
        "--",
        *command,
    ]


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


def _ceilings() -> list[str]:
    """Take away what no server needs, without asking for more than this process has."""
    wanted = {
        # Not 0, which only forbids files: a handler named in core_pattern would run on the host for
        # each crash. With 1 the kernel takes the program for such a handler, whose crash starts no
        # other one (fs/coredump.c), and a file of one byte is none.
        "core": (resource.RLIMIT_CORE, 1),
        "stack": (resource.RLIMIT_STACK, 8 << 20),
        "memlock": (resource.RLIMIT_MEMLOCK, 64 << 10),
        "msgqueue": (resource.RLIMIT_MSGQUEUE, 0),
        "sigpending": (resource.RLIMIT_SIGPENDING, 256),
        "nice": (resource.RLIMIT_NICE, 0),
        "rtprio": (resource.RLIMIT_RTPRIO, 0),
    }
    found = []
    for name, (number, value) in wanted.items():
        hard = resource.getrlimit(number)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        found.append(f"--{name}={least}:{least}")
    return found


def _bind(option: str, source: Path, target: str) -> tuple[str, str, str]:
    return option, str(source), target
