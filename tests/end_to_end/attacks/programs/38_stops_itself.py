# Attack: 38, a stopped program
# Tries: to stop itself in place of an answer: who is stopped is not asleep, and uses no time.
# Meets: a finding, or the safety net, which gives no points.
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
client.recv(10)
os.kill(os.getpid(), signal.SIGSTOP)
