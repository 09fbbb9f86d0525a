# Attack: 38, a stopped pid 1
# Tries: to stop pid 1 of its box while it is graded, to end, and so to be taken for a server that is still being waited for.
# Meets: the end of its program, seen by its processes and not by pid 1's; or the safety net, which gives no points.
# Expect: verdict failed or verdict undecided
# Limits: wall_ns=1000000000
# Script: connect A
# Script: A sends "one\n"
# Script: A receives "two\n"
import os
import signal
import socket
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
os.kill(1, signal.SIGSTOP)
