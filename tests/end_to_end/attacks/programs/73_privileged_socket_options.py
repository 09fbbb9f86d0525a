# Attack: 73, socket options that only the owner of a network may set
# Source: CVE-2016-9793 (Linux: SO_SNDBUFFORCE)
# Tries: buffers beyond the limit, TCP repair mode, marks, and transparent addresses.
# Meets: each of them is refused, and no buffer grows beyond what the machine allows everybody.
# Expect: contained
import socket

TCP_REPAIR, SO_MARK, SO_RCVBUFFORCE, SO_SNDBUFFORCE, IP_TRANSPARENT = 19, 36, 33, 32, 19
worked = []
with socket.socket() as one:
    for name, level, option, value in (
        ("repair", socket.IPPROTO_TCP, TCP_REPAIR, 1),
        ("mark", socket.SOL_SOCKET, SO_MARK, 7),
        ("debug", socket.SOL_SOCKET, socket.SO_DEBUG, 1),
        ("priority", socket.SOL_SOCKET, socket.SO_PRIORITY, 7),
        ("receive force", socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 30),
        ("send force", socket.SOL_SOCKET, SO_SNDBUFFORCE, -(1 << 30)),
        ("transparent", socket.IPPROTO_IP, IP_TRANSPARENT, 1),
    ):
        try:
            one.setsockopt(level, option, value)
        except OSError:
            continue
        worked.append(name)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        one.setsockopt(socket.SOL_SOCKET, option, 1 << 30)
        if one.getsockopt(socket.SOL_SOCKET, option) > 64 << 20:
            worked.append("large buffer")
print(f"ESCAPED: {worked}" if worked else "contained")
