# Attack: 46, looking for the driver
# Tries: to find a port, a unix socket or a file of the driver's that answers, by the kernel's tables and by knocking.
# Meets: a driver that listens nowhere, and a network in which there is nobody else.
# Expect: contained
# Limits: wall_ns=20000000000
import errno
import socket

from attack import contained, escaped, must_fail, read

for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet", "netlink", "unix", "icmp", "udplite"):
    lines = read(f"/proc/net/{name}").splitlines()[1:]
    closed = (lambda fields: fields[3] == b"06") if name.startswith("tcp") else lambda fields: False
    of_the_kernel = (lambda fields: fields[2] == b"0") if name == "netlink" else lambda fields: False
    if [line for line in lines if not closed(line.split()) and not of_the_kernel(line.split())]:
        escaped(f"there are sockets of others: /proc/net/{name}: {lines}")
for port in (*range(1, 100), *range(8000, 8020), *range(9000, 9020), *range(32768, 32788), 65535):
    with socket.socket() as client:
        must_fail(lambda: client.connect(("127.0.0.1", port)), errno.ECONNREFUSED, what=f"port {port}")
contained()
