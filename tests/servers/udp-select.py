# Model: select
# Says: A select watches one non-blocking socket on which everybody sends datagrams.
# Transport: udp

import os
import select
import socket
import sys


def answer_all(server: socket.socket) -> None:
    try:
        while True:
            datagram, client = server.recvfrom(65535)
            server.sendto(datagram, client)
    except BlockingIOError:
        return


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        server.setblocking(False)
        while True:
            select.select([server], [], [])
            answer_all(server)
