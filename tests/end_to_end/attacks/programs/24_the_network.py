# Attack: 24, the network
# Tries: to reach 8.8.8.8, 169.254.169.254, 10.0.0.1, 192.168.0.1 and IPv6 addresses by TCP and UDP, and to ask for a name.
# Meets: a network of loopback alone: ENETUNREACH, and nobody to ask.
# Expect: contained
import errno
import socket

from attack import contained, escaped, must_fail, read

for address in ("8.8.8.8", "169.254.169.254", "10.0.0.1", "192.168.0.1", "172.17.0.1", "224.0.0.1", "255.255.255.255"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as client:
            must_fail(lambda: client.connect((address, 53)), errno.ENETUNREACH, errno.EACCES, what=address)
for address in ("2001:4860:4860::8888", "fe80::1", "ff02::1", "::ffff:8.8.8.8"):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        must_fail(lambda: client.connect((address, 53)), errno.ENETUNREACH, errno.EINVAL, errno.EADDRNOTAVAIL, what=address)
try:
    socket.getaddrinfo("example.com", 80)
    escaped("a name was found")
except socket.gaierror:
    pass
interfaces = [line.split(b":")[0].strip() for line in read("/proc/net/dev").splitlines()[2:]]
if interfaces != [b"lo"]:
    escaped(f"there are the interfaces {interfaces}")
contained()
