# Attack: 58, the high words of further arguments
# Source: CVE-2019-7303 (snapd: a 64-bit comparison of what the kernel reads as 32 bits)
# Tries: asks for raw sockets, odd protocols and new namespaces with a bit set above the 32 that the kernel looks at.
# Meets: sockets are refused if any bit lies there, and clone by the bits that count.
# Expect: contained
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
SOCKET, SOCKETPAIR, CLONE = 41, 53, 56
HIGH = 1 << 32
pair = (ctypes.c_int * 2)()
tries = {
    "raw": (SOCKET, 2, 3 | HIGH, 1),
    "icmp": (SOCKET, 2, 2, 1 | HIGH),
    "netlink": (SOCKET, 16 | HIGH, 3, 0),
    "packet": (SOCKET, 17 | 1 << 63, 2, 0),
    "sctp": (SOCKET, 2, 1, 132 | HIGH),
    "rds": (SOCKETPAIR, 21 | HIGH, 5, 0, ctypes.addressof(pair)),
    "user": (CLONE, 0x10000000 | signal.SIGCHLD | HIGH, 0, 0, 0, 0),
    "network": (CLONE, 0x40000000 | signal.SIGCHLD | 1 << 63, 0, 0, 0, 0),
}
me = os.getpid()
worked = [
    name
    for name, (number, *arguments) in tries.items()
    if libc.syscall(number, *map(ctypes.c_ulong, arguments)) != -1 and os.getpid() == me
]
if os.getpid() == me:
    print("ESCAPED: " + ", ".join(worked) if worked else "contained")
