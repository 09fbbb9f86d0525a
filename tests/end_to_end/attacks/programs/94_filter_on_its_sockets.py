# Attack: 94, a socket that throws away what clients send
# Source: socket(7), SO_ATTACH_FILTER: a program for the kernel that an ordinary user may load
# Tries: a filter on every connection drops all that arrives, so that the clients' bytes are never acknowledged and never there to be read.
# Meets: such a filter is refused (EPERM): else the bytes would never be acknowledged, as if they were still under way.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed
import ctypes
import select
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
drop = ctypes.create_string_buffer(struct.pack("<HBBI", 6, 0, 0, 0), 8)
program = struct.pack("<HxxxxxxQ", 1, ctypes.addressof(drop))
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    clients = []
    while True:
        ready, _, _ = select.select([listener, *clients], [], [])
        for one in ready:
            if one is listener:
                clients.append(one.accept()[0])
                clients[-1].setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
            else:
                one.send(one.recv(4096))
