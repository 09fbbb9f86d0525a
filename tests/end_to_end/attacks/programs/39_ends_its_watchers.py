# Attack: 39, a signal to everybody who watches
# Tries: to kill and to stop all that it can reach while it is graded, so that nobody is left who could fail it.
# Meets: a box in which there is nobody but itself and a pid 1 that takes no signal.
# Expect: verdict failed (answers)
# Limits: wall_ns=4000000000
# Script: connect A
# Script: A sends "one\n"
# Script: A receives "two\n"
import os
import signal
import socket
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
    for target in (-1, 1, os.getppid()):
        try:
            os.kill(target, number)
        except OSError:
            pass
client.recv(10)
client.sendall(b"one\n")
client.recv(10)
