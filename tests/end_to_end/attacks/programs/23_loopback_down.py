# Attack: 23, taking the network away
# Tries: to take loopback down, to give it an address, and to make a bridge, by ioctl.
# Meets: the filter: ENOTTY; it is no owner of the network either.
# Expect: contained
import errno
import socket
import struct

from attack import call, contained, must_be_refused

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    for name, code in (("SIOCSIFFLAGS", 0x8914), ("SIOCSIFADDR", 0x8916), ("SIOCBRADDBR", 0x89A0), ("SIOCADDRT", 0x890B)):
        request = struct.pack("16sH22x", b"lo", 0)
        must_be_refused(call("ioctl", control.fileno(), code, request), errno.ENOTTY, what=name)
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 5):
    contained()
