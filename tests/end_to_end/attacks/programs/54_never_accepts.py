# Attack: 54, connections that nobody takes
# Tries: to listen with no room and never to accept, so that clients hang while they connect.
# Meets: proof from the kernel: it sleeps, and the client is not accepted.
# Expect: verdict failed (accepts-everybody)
# Limits: wall_ns=5000000000
# Script: connect C1..C5
# Script: C5 sends "one\n"
# Script: C5 receives "one\n"
import signal
import socket
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=0)
signal.pause()
