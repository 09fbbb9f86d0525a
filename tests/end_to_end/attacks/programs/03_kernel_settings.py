# Attack: 3, settings of the kernel
# Tries: to write core_pattern, hostname, ip_forward, ip_unprivileged_port_start, sysrq and its own mappings in /proc.
# Meets: a user without capabilities over any of them: EACCES, EPERM or EROFS, and no sysrq-trigger.
# Expect: contained
import errno
import os

from attack import contained, escaped, must_fail

REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT)
PATHS = (
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/kernel/modprobe",
    "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
    "/proc/sys/net/ipv4/tcp_rmem", "/proc/sys/vm/drop_caches", "/proc/sys/fs/file-max",
    "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger", "/proc/self/uid_map",
    "/proc/self/gid_map", "/proc/self/projid_map", "/proc/1/uid_map",
)


def write(path):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, b"0 0 1\n")
    finally:
        os.close(descriptor)


for path in PATHS:
    must_fail(lambda: write(path), *REFUSED, what=f"a write to {path}")
try:
    descriptor = os.open("/proc/self/setgroups", os.O_WRONLY)
    os.write(descriptor, b"allow")
    escaped("setgroups is allowed")
except OSError:
    contained()
