# Attack: 45, an answer without end
# Tries: to fill the driver's memory with what it sends to a client that waits for four bytes, and to one that reads none.
# Meets: a comparison that ends at the first wrong byte, and a buffer that the kernel fills.
# Expect: verdict failed (answers)
# Limits: wall_ns=10000000000
# Script: connect A B
# Script: B stops reading
# Script: A sends "one\n"
# Script: A receives "one\n"
# Script: B reads again
# Script: B receives nothing
import socket
import sys
import threading

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
first, _ = server.accept()
second, _ = server.accept()


def flood(client):
    client.recv(4)
    try:
        while True:
            client.sendall(b"one\n" * 100_000)
    except OSError:
        pass


threading.Thread(target=flood, args=(first,)).start()
try:
    while True:
        second.sendall(b"x" * 100_000)
except OSError:
    pass
