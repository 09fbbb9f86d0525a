# Attack: 32, memory in the buffers of connections
# Tries: to fill both buffers of two hundred and fifty connections, after asking for larger ones.
# Meets: caps on both buffers for the whole network: less than 128 MiB with five hundred descriptors.
# Expect: contained or ended by memory
# Limits: wall_ns=10000000000
import socket

from attack import contained, escaped

server = socket.create_server(("127.0.0.1", 0), backlog=1024)
ends, held = [], 0
for _ in range(250):
    client = socket.socket()
    client.connect(server.getsockname())
    ends += [client, server.accept()[0]]
    client.setblocking(False)
    try:
        while True:
            held += client.send(bytes(1 << 18))
    except BlockingIOError:
        pass
if held > 128 << 20:
    escaped(f"{held >> 20} MiB lie in the buffers of {len(ends) // 2} connections")
contained()
