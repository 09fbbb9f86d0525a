# Model: blocking
# Says: One recvfrom sleeps until any client sends a datagram.
# Transport: udp

import os
import socket
import sys


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        while True:
            datagram, client = server.recvfrom(65535)
            server.sendto(datagram, client)
