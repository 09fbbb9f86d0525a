"""The driver's own world: namespaces, loopback and a capped scratch space, made by itself."""

import codecs
import os
import select
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from grader.exceptions import SandboxUnavailable
from grader.sandbox import cgroups, choices, delegation, etc, kernel, remedies, slots

# A directory that every Linux has. The driver needs nothing in it, and covering it takes the
# sockets of the host's services (container engines, system bus) out of the driver's sight.
SCRATCH = Path("/run")
BOXES = SCRATCH / "iomodels-boxes"
ETC = SCRATCH / "iomodels-etc"
_SCRATCH_OPTIONS = "size=64m,nr_inodes=8192,mode=700"

# Read and written by whoever owns the network namespace. Without a memory cgroup, 256 sockets can
# hold 466 MB of buffers at the kernel's defaults, and 35 MB with these. A student may also bind
# port 80.
_NETWORK_SETTINGS = {
    "tcp_rmem": "4096 65536 262144",
    "tcp_wmem": "4096 65536 262144",
    "ip_unprivileged_port_start": "0",
}
# How many buckets the next network's table of connections has, where the kernel can give it one of
# its own (Linux 6.1). strace lists all connections to name a new one, and so goes through the whole
# table: the host's, which is what a network has otherwise, takes two milliseconds each time.
_BUCKETS = "1024"
# Of the grading whose driver this process is; None: it has none, and may do without.
_group: cgroups.Group | None = None
_OTHER_USER = "run the worker as an ordinary user, or as a root that may change to any uid"


def enter(*, slot: int | None) -> None:
    """Turn this process into the driver of one grading; the theory of operation is the package's.

    The first act of a fresh process with a single thread. As root it becomes the uid of `slot`
    (None: the lowest free one); an ordinary user keeps the uid and `slot` means nothing. Returns in
    a new process, pid 1 of its own pid namespace; the calling one waits for it and ends with its
    status (128 + n for signal n). Descriptors that are open stay usable; the working directory
    becomes `/`, and modules that the uid cannot read must be imported before.

    Raises SandboxUnavailable, after which the process is of no more use.
    """
    global _group  # noqa: PLW0603  (a process is the driver of one grading)
    parent = os.getppid()
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise SandboxUnavailable("enter() must be called before any thread is started.")
    remedies.program("bwrap")
    _import_what_is_imported_late()
    held = []
    uid = os.getuid()
    if os.geteuid() == 0:
        uid, lock = slots.take(slot)
        held.append(lock)
    if place := _place():
        _group = cgroups.enter(place, uid=uid)
        held.append(_group.lock)
    if os.geteuid() == 0:
        _become(uid)
    with _step("make its namespaces"):
        _leave_the_host()
    outer = os.pidfd_open(os.getpid())
    child = os.fork()
    if child:
        _wait_and_exit(child, parent=parent, keep=held)
    for lock in held:
        os.close(lock)
    _die_with(outer)
    with _step("mount its own /proc"):
        kernel.mount("proc", "/proc", flags=kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    with _step("set up its network and scratch space"):
        _furnish()


def enter_network() -> None:
    """Turn this process into one that has a network of its own, with loopback and nothing else.

    For a trusted command: files, user and privileges stay what they are. As in `enter()`, the
    caller goes on as pid 1 of a new pid namespace, whose end is the end of all in it. Raises
    SandboxUnavailable, after which the process is of no more use.
    """
    parent = os.getppid()
    flags = kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID
    with _step("make a network of its own"):
        if os.geteuid() == 0:
            kernel.unshare(flags)
        else:
            uid, gid = os.getuid(), os.getgid()
            kernel.unshare(flags | kernel.CLONE_NEWUSER)
            _map_user(uid, gid)
        _renew_network()
        kernel.make_mounts_private()
    outer = os.pidfd_open(os.getpid())
    child = os.fork()
    if child:
        _wait_and_exit(child, parent=parent, keep=[])
    _die_with(outer)
    with _step("mount its own /proc"):
        kernel.mount("proc", "/proc", flags=kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    with _step("bring its network up"):
        kernel.bring_loopback_up()


def join_network(process_id: int) -> None:
    """Go into the network that a process is in, if it is another one.

    Raises SandboxUnavailable if that is not allowed.
    """
    own, other = Path("/proc/self/ns/net"), Path(f"/proc/{process_id}/ns/net")
    with _step(f"join the network of process {process_id}", mend="run this as root"):
        if own.readlink() != other.readlink():
            descriptor = os.open(other, os.O_RDONLY | os.O_CLOEXEC)
            try:
                kernel.setns(descriptor, kernel.CLONE_NEWNET)
            finally:
                os.close(descriptor)


def group() -> cgroups.Group | None:
    """Return the control group of this grading, after `enter()`."""
    return _group


def check_entered() -> None:
    """Raise SandboxUnavailable unless this process has gone through `enter()`."""
    if os.geteuid() == 0 or not BOXES.is_dir():
        raise SandboxUnavailable("enter() must be called before a program is started.")


def _import_what_is_imported_late() -> None:
    """Look up the codecs that Python loads on first use, when its files may be out of reach."""
    for name in ("ascii", "idna", "latin-1", "unicode_escape"):
        codecs.lookup(name)


def _place() -> delegation.Place | None:
    place = delegation.find()
    if place is None and not choices.allows_no_cgroup():
        raise remedies.unavailable(
            "No control group is delegated to this user, so nobody could bound the memory that "
            "programs share or keep in the kernel.",
            remedies.cgroups(),
        )
    return place


def _become(uid: int) -> None:
    with _step(f"become the unprivileged uid {uid}", mend=_OTHER_USER):
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # The change of uid gave /proc/self to root, and uid_map could no longer be written.
        kernel.set_dumpable()


def _leave_the_host() -> None:
    uid, gid = os.getuid(), os.getgid()
    kernel.set_no_new_privileges()
    kernel.unshare(
        kernel.CLONE_NEWUSER
        | kernel.CLONE_NEWNET
        | kernel.CLONE_NEWNS
        | kernel.CLONE_NEWIPC
        | kernel.CLONE_NEWPID
    )
    _map_user(uid, gid)
    _renew_network()
    kernel.make_mounts_private()
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("tmpfs", str(SCRATCH), flags=flags, options=_SCRATCH_OPTIONS)


def _renew_network() -> None:
    """Exchange a network that is still empty for one with a small table of connections."""
    # An older kernel has no such setting, and containers may have no /proc/sys to write to.
    with suppress(OSError):
        Path("/proc/sys/net/ipv4/tcp_child_ehash_entries").write_text(_BUCKETS, encoding="utf-8")
        kernel.unshare(kernel.CLONE_NEWNET)


def _map_user(uid: int, gid: int) -> None:
    # The same number inside and outside: with uid 0 inside, bubblewrap would inherit capabilities.
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        Path("/proc/self", name).write_text(line, encoding="utf-8")


def _wait_and_exit(child: int, *, parent: int, keep: Sequence[int]) -> NoReturn:
    """Hold slot and group until the driver proper has ended; be killed with who made this one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    # Only now: every change of credentials cleared it.
    kernel.set_parent_death_signal(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    # A pipe must end when the driver proper closes it, so no second copy may stay open here.
    first = 0
    for descriptor in sorted(keep):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _die_with(outer: int) -> None:
    # getppid() is 0 here, before and after: the parent is outside of this pid namespace. A pidfd is
    # readable once its process has ended.
    kernel.set_parent_death_signal(signal.SIGKILL)
    poll = select.poll()
    poll.register(outer, select.POLLIN)
    if poll.poll(0):
        os._exit(1)
    os.close(outer)


def _furnish() -> None:
    os.chdir("/")
    kernel.bring_loopback_up()
    for name, value in _NETWORK_SETTINGS.items():
        Path("/proc/sys/net/ipv4", name).write_text(value, encoding="utf-8")
    BOXES.mkdir()
    etc.stage(ETC)
    # When the machine runs out of memory, a grading is what it can do without.
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="utf-8")
    kernel.shorten_slice(0)  # Whoever watches must not wait behind those who spin.
    # Ignored and blocked signals are inherited, and a server may want its SIGINT or SIGIO.
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


@contextmanager
def _step(purpose: str, *, mend: str | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"The sandbox could not {purpose}: {error.strerror}."
        raise remedies.unavailable(problem, mend or remedies.namespaces()) from error
