# Attack: 32, memory in the queues of unix sockets
# Tries: to fill the queues of five hundred pairs.
# Meets: the control group, which counts them. Without one, the number of descriptors is all that bounds this: 240 MiB for each process.
# Expect: ended by memory
# Limits: wall_ns=5000000000
# Needs: cgroup
import os
import socket

ends, held = [], 0
for _ in range(3):
    os.fork()
for _ in range(500):
    one, other = socket.socketpair()
    ends += [one, other]
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
    try:
        while True:
            held += one.send(bytes(1 << 16))
    except BlockingIOError:
        pass
if held > 100 << 20:
    print(f"ESCAPED: {held >> 20} MiB lie in unix sockets of one process of eight", flush=True)
