# Model: non-blocking
# Says: A non-blocking recvfrom is tried again and again.
# Wrong: rests
# Scenario: udp-rests
# Transport: udp

import os
import socket
import sys


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        server.setblocking(False)
        while True:
            try:
                datagram, client = server.recvfrom(65535)
            except BlockingIOError:
                continue
            server.sendto(datagram, client)
