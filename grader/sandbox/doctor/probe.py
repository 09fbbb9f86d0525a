"""A program that tries to leave its box and prints what it met; the self-test puts it there.

Standing alone, because it runs inside of a box: its file and `facts.json` are all it has. Each
attack returns what went wrong, or an empty string if it was stopped as it should be.
"""

import ctypes
import errno
import json
import os
import resource
import socket
import sys
import termios
from collections.abc import Callable, Iterable
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_FACTS = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))

_UNREACHABLE = ("/etc/shadow", "/root", "/home", "/var", "/run", "/sys", "/usr/local", "/boot")
_READ_ONLY = ("/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/w", "/dev", "/proc/sys/kernel")
_DENIED = [
    "ptrace",
    "process_vm_readv",
    "pidfd_getfd",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "bpf",
    "keyctl",
    "add_key",
    "perf_event_open",
    "userfaultfd",
    "memfd_create",
    "mknodat",
    "open_by_handle_at",
    "sched_setaffinity",
    "reboot",
    "shmget",
    "seccomp",
]
_UNKNOWN = ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone3")
_CLONE_NEWUSER, _SIGCHLD = 0x10000000, 17
_PR_SET_DUMPABLE, _PR_SET_SECCOMP = 4, 22
_HIGH_WORD = 1 << 32


def files_of_the_host() -> str:
    return _list(path for path in (*_UNREACHABLE, *_FACTS["hidden"]) if _shows_something(path))


def places_to_write() -> str:
    Path("/tmp/probe").write_text("may write here", encoding="utf-8")  # noqa: S108
    return _list(path for path in _READ_ONLY if _can_write(path))


def the_network() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
        return _unless(errno.ENETUNREACH, lambda: outside.connect(("192.0.2.1", 53)))


def services_of_the_host() -> str:
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as unix:
        return _unless(
            errno.ECONNREFUSED, lambda: tcp.connect(("127.0.0.1", _FACTS["port"]))
        ) or _unless(errno.ECONNREFUSED, lambda: unix.connect("\0" + _FACTS["abstract"]))


def its_own_loopback() -> str:
    """Not an attack: a server must be able to listen and be reached."""
    with socket.create_server(("localhost", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            client.sendall(b"x")
        connection, _ = server.accept()
        with connection:
            return "" if connection.recv(1) == b"x" else "the byte did not arrive"


def denied_system_calls() -> str:
    return _list(name for name in _DENIED if _call(name) != errno.EPERM)


def unknown_system_calls() -> str:
    return _list(name for name in _UNKNOWN if _call(name) != errno.ENOSYS)


def new_namespaces_by_clone() -> str:
    probe = os.getpid()
    met = _call("clone", _CLONE_NEWUSER | _SIGCHLD, 0, 0, 0, 0)
    if os.getpid() != probe:  # It worked, and this is the child.
        os._exit(1)
    return "" if met == errno.EPERM else f"clone met {met}"


def sockets_of_other_families() -> str:
    families = {"netlink": 16, "packet": 17, "alg": 38, "vsock": 40, "high word": 2 | _HIGH_WORD}
    wrong = [
        name
        for name, family in families.items()
        if _call("socket", family, socket.SOCK_DGRAM, 0) != errno.EAFNOSUPPORT
    ]
    if _call("socket", socket.AF_INET, socket.SOCK_RAW, 1) != errno.EPERM:
        wrong.append("raw")
    return _list(wrong)


def typing_into_the_terminal() -> str:
    codes = {"TIOCSTI": termios.TIOCSTI, "high word": termios.TIOCSTI | _HIGH_WORD}
    # With no descriptor, the kernel's own answer would be EBADF: ENOTTY comes from the filter.
    met = {name: _call("ioctl", -1, code, 0) for name, code in codes.items()}
    return _list(name for name, number in met.items() if number != errno.ENOTTY)


def hiding_from_the_watcher() -> str:
    codes = (_PR_SET_DUMPABLE, _PR_SET_DUMPABLE | _HIGH_WORD, _PR_SET_SECCOMP)
    return _list(hex(code) for code in codes if _call("prctl", code, 0, 0, 0, 0) != errno.EPERM)


def descriptors() -> str:
    return _list(str(fd) for fd in range(3, 1024) if _is_open(fd))


def the_environment() -> str:
    return _list(set(os.environ) - set(_FACTS["environment"]) - {"PWD"})


def bubblewraps_own_process() -> str:
    """Memory that could be written to, an environment that could be read: nothing may be there."""
    return _list(path.name for path in Path("/proc/1").iterdir())


def identity_and_privileges() -> str:
    wanted = {
        "Uid": ["1000"] * 4,
        "CapEff": ["0" * 16],
        "CapPrm": ["0" * 16],
        "CapBnd": ["0" * 16],
        "NoNewPrivs": ["1"],
        "Seccomp": ["2"],
    }
    lines = (line.split(":") for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    found = {name: value.split() for name, value in lines if name in wanted}
    wrong = [name for name, value in wanted.items() if found[name] != value]
    if _call("setuid", 0) == 0:
        wrong.append("setuid")
    return _list(wrong)


def other_processes() -> str:
    found = {path.name for path in Path("/proc").iterdir() if path.name.isdigit()}
    return _list(sorted(found - {"1", str(os.getpid())}))


def limits() -> str:
    wrong = [name for name, value in _FACTS["limits"].items() if _hard_limit(name) != value]
    return _list(wrong)


ATTACKS: tuple[Callable[[], str], ...] = (
    files_of_the_host,
    places_to_write,
    the_network,
    services_of_the_host,
    its_own_loopback,
    denied_system_calls,
    unknown_system_calls,
    new_namespaces_by_clone,
    sockets_of_other_families,
    typing_into_the_terminal,
    hiding_from_the_watcher,
    descriptors,
    the_environment,
    bubblewraps_own_process,
    identity_and_privileges,
    other_processes,
    limits,
)


def main() -> None:
    found = {attack.__name__.replace("_", " "): _outcome(attack) for attack in ATTACKS}
    sys.stdout.write(json.dumps(found) + "\n")


def _outcome(attack: Callable[[], str]) -> str:
    try:
        return attack()
    except OSError as error:
        return f"{type(error).__name__}: {error}"


def _call(name: str, *arguments: int) -> int:
    """Make a system call; return the error number, 0 if it was carried out."""
    ctypes.set_errno(0)
    result = _libc.syscall(
        ctypes.c_long(_FACTS["numbers"][name]), *map(ctypes.c_long, arguments or (0,) * 6)
    )
    return ctypes.get_errno() if result < 0 else 0


def _unless(wanted: int, attempt: Callable[[], object]) -> str:
    """Make an attempt; say what happened if it was not the wanted error."""
    try:
        attempt()
    except OSError as error:
        return "" if error.errno == wanted else str(error)
    return "it worked"


def _shows_something(path: str) -> bool:
    try:
        return any(Path(path).iterdir()) if Path(path).is_dir() else Path(path).exists()
    except PermissionError:
        return True


def _can_write(directory: str) -> bool:
    try:
        (Path(directory) / "probe").write_text("should not be here", encoding="utf-8")
    except OSError:
        return False
    return True


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _hard_limit(name: str) -> int:
    return resource.getrlimit(getattr(resource, name))[1]


def _list(found: Iterable[str]) -> str:
    return ", ".join(found)


if __name__ == "__main__":
    main()
