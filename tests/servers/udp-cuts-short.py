# Model: blocking
# Says: Its buffer is for short datagrams; the kernel throws away what does not fit.
# Wrong: answers
# Scenario: udp-crowd
# Transport: udp

import os
import socket
import sys


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        while True:
            datagram, client = server.recvfrom(1500)
            server.sendto(datagram, client)
