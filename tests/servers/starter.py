"""Listen, and answer nobody."""

import signal
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=128):
    signal.pause()
