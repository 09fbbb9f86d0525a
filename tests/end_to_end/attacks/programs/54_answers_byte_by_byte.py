# Attack: 54, an answer that never gets done
# Tries: to hold the driver for hours: the right bytes, one by one, with a nap before each.
# Meets: the safety net, which gives no points, or the rule on naps.
# Expect: verdict failed or verdict undecided
# Limits: wall_ns=1000000000
# Script: connect A
# Script: A sends 64 KiB in one line
# Script: A receives what it sent
import socket
import sys
import time

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while content := client.recv(1 << 16):
    for byte in content:
        client.send(bytes([byte]))
        time.sleep(0.02)
