"""Send every datagram back to whom it came from."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("127.0.0.1", int(sys.argv[1])))
    while True:
        datagram, client = server.recvfrom(65535)
        server.sendto(datagram, client)
