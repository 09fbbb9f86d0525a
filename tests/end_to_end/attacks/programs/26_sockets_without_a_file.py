# Attack: 26, the host's sockets without a file
# Tries: to reach an abstract unix socket of the host (the test has opened one), and those of X, D-Bus and containerd.
# Meets: a network without them: ECONNREFUSED, and an empty /proc/net/unix.
# Expect: contained
import errno
import socket

from attack import FACTS, contained, escaped, must_fail, read

for name in (FACTS["host_abstract"], "/tmp/.X11-unix/X0", "/tmp/dbus-x", "/containerd-shim/x.sock", "/org/kernel/linux/storage/multipathd"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_UNIX, kind) as client:
            must_fail(lambda: client.connect("\0" + name), errno.ECONNREFUSED, what=name)
for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private"):
    with socket.socket(socket.AF_UNIX) as client:
        must_fail(lambda: client.connect(path), errno.ENOENT, what=path)
if len(read("/proc/net/unix").splitlines()) > 1:
    escaped(f"there are unix sockets of others: {read('/proc/net/unix')}")
contained()
