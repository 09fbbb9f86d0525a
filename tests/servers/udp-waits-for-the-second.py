# Model: blocking
# Says: It answers a client's datagram, then waits on a socket of its own for that client's next one.
# Wrong: waits-for-everyone
# Call: recvfrom
# Line: 26
# Scenario: udp-turns
# Transport: udp

import os
import socket
import sys


def open_on(port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    return server


def converse(port: int, client: tuple[str, int], datagram: bytes) -> None:
    """Answer two datagrams of one client."""
    with open_on(port) as own:
        own.connect(client)
        own.send(datagram)
        own.send(own.recv(65535))


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with open_on(port) as server:
        while True:
            datagram, client = server.recvfrom(65535)
            converse(port, client, datagram)
