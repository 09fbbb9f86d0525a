# Attack: 53, reads that the tracer is not told of
# Source: found here
# Tries: to have a blocking thread for each client and to read and write with preadv2 and pwritev2 at offset -1, which read a socket and are in no list of calls to trace, so that there is nothing to judge.
# Meets: the filter: ENOSYS, and a C library that falls back to calls that are traced.
# Expect: verdict failed (model)
# Asks: select
# Script: connect A B
# Script: A sends "one\n"
# Script: A receives "one\n"
# Script: B sends "two\n"
# Script: B receives "two\n"
# Script: A sends "three\n"
# Script: A receives "three\n"
import os
import socket
import sys
import threading


def serve(client):
    room = bytearray(1000)
    while size := os.preadv(client.fileno(), [room], -1):
        os.pwritev(client.fileno(), [room[:size]], -1)


server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],)).start()
