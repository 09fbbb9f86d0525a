# Attack: 95, every port that a client could have
# Source: nomad issue 15487 and tpm2-tss pull request 318 (who may hold a port)
# Tries: lets one client in, and before it answers has processes of its own bind every port of the range from which the kernel gives clients theirs.
# Meets: a client that gets no port could not connect: the scenario fails, and the grader goes on.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: connect B
# Script: B sends "hello\n"
# Script: B receives "hello\n"
# Expect: verdict failed
import os
import signal
import socket
import sys

with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
    first, last = map(int, file.read().split())


def take(ports):
    kept = [socket.socket() for _ in ports]
    for one, port in zip(kept, ports):
        try:
            one.bind(("0.0.0.0", port))
        except OSError:
            pass
    return kept


with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    for start in range(first, last + 1, 1000):
        reading, writing = os.pipe()
        if not os.fork():
            kept = take(range(start, min(start + 1000, last + 1)))
            os.close(reading)
            os.close(writing)
            signal.pause()
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
    while True:
        while data := connection.recv(4096):
            connection.sendall(data)
        connection, _ = listener.accept()
