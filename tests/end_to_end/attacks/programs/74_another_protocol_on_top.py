# Attack: 74, a further protocol on top of a connection
# Source: CVE-2023-0461 (Linux: use after free in TCP_ULP)
# Tries: puts TLS, SMC, espintcp and MPTCP on top of its own TCP connection, whose code in the kernel no server of the course needs.
# Meets: the filter refuses to put anything on top of a connection (EPERM).
# Expect: contained
import socket

TCP_ULP = 31
worked = []
for name in (b"tls", b"smc", b"espintcp", b"mptcp"):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            try:
                client.setsockopt(socket.IPPROTO_TCP, TCP_ULP, name)
            except OSError:
                continue
            worked.append(name)
print(f"ESCAPED: {worked}" if worked else "contained")
