"""The system calls that Python 3.11 does not offer, as functions that raise OSError."""

import ctypes
import fcntl
import os
import platform
import socket
import struct

from iomodels import syscalls

# sched.h
CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
# sys/mount.h
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
_MNT_DETACH = 0x2
# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
# linux/sockios.h, net/if.h
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_IFREQ_FLAGS = "16sH14x"

# linux/sched/types.h: struct sched_attr; linux/sched.h: SCHED_OTHER, SCHED_FLAG_RESET_ON_FORK.
_SCHED_ATTR = struct.Struct("<IIQiIQQQII")
_SCHED_OTHER, _SCHED_FLAG_RESET_ON_FORK = 0, 0x1
_SLICE_NS = 100_000  # The least that there is; usual are three milliseconds.

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name (CLONE_NEW...) for new ones, as in the man page."""
    _check(_libc.unshare(ctypes.c_int(flags)))


def setns(descriptor: int, kind: int) -> None:
    """Go into the namespace behind a descriptor, which must be of this kind (CLONE_NEW...)."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)))


def mount(kind: str, target: str, *, flags: int, options: str = "") -> None:
    """Put a file system without a device, such as tmpfs or proc, on a directory."""
    _check(
        _libc.mount(
            kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
        )
    )


def make_mounts_private() -> None:
    """Let no mount of this mount namespace reach another one, nor the other way round."""
    _check(_libc.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None))


def unmount(target: str) -> None:
    """Take a mount away at once, even if something in it is still open."""
    _check(_libc.umount2(target.encode(), ctypes.c_int(_MNT_DETACH)))


def set_parent_death_signal(number: int) -> None:
    """Have the kernel send a signal when the *thread* that made this process ends; see prctl(2)."""
    _prctl(_PR_SET_PDEATHSIG, number)


def set_dumpable() -> None:
    """Give /proc/self back to this process's own uid after a change of credentials; see proc(5)."""
    _prctl(_PR_SET_DUMPABLE, 1)


def set_no_new_privileges() -> None:
    """Make set-user-id bits and file capabilities void from here on, for all that follows."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def shorten_slice(pid: int) -> None:
    """Let a process be next to run when it is woken, at the price of shorter turns; 0: this one.

    What it starts has the usual turns. A kernel before 6.12, and one that forbids it, takes no
    notice; see sched_setattr(2).
    """
    number = syscalls.numbers(platform.machine())["sched_setattr"]
    try:
        nice = os.getpriority(os.PRIO_PROCESS, pid)  # It stays: only root may be less nice again.
    except ProcessLookupError:
        return
    attributes = _SCHED_ATTR.pack(
        _SCHED_ATTR.size, _SCHED_OTHER, _SCHED_FLAG_RESET_ON_FORK, nice, 0, _SLICE_NS, 0, 0, 0, 0
    )
    _libc.syscall(ctypes.c_long(number), ctypes.c_int(pid), attributes, ctypes.c_uint(0))


def bring_loopback_up() -> None:
    """Switch `lo` of this network namespace on; the kernel gives it 127.0.0.1 and ::1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack(_IFREQ_FLAGS, b"lo", 0))
        _, flags = struct.unpack(_IFREQ_FLAGS, answer)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack(_IFREQ_FLAGS, b"lo", flags | _IFF_UP))


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(ctypes.c_int(option), *map(ctypes.c_ulong, (value, 0, 0, 0))))


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
