# Attack: 54, connections that it resets
# Tries: to reset each connection as soon as there is one, and in the middle of what the client sends, so that the driver fails in its own sockets.
# Meets: a reset that is written down as what the server did.
# Expect: verdict failed
# Limits: wall_ns=5000000000
# Script: connect A B
# Script: A sends 64 KiB in one line
# Script: B sends "one\n"
# Script: B receives "one\n"
import socket
import struct
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = server.accept()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.recv(1)
    client.close()
