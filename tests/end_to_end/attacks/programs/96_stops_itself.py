# Attack: 96, a server that stops itself
# Source: DMOJ judge-server issue 204 (no escape from the tracer)
# Tries: stops its whole process group once the first client is there, so that it neither sleeps nor runs; who could continue it is stopped as well.
# Meets: a stopped program is told from one that sleeps, and does not answer: the scenarios fail.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed
import os
import signal
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            signal.pause()
        os.kill(0, signal.SIGSTOP)
        connection.sendall(connection.recv(4096))
