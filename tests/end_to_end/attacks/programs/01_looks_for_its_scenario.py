# Attack: 1, the scenario that it is graded by
# Tries: to find the answer that its client will wait for in files, variables, command lines, the memory of every process that it sees, and its connections, and to send that.
# Meets: scenarios that lie outside, with the driver. Nobody tells a server what is right.
# Expect: verdict failed (answers)
# Script: connect A
# Script: A sends "what is the word?\n"
# Script: A receives "xyzzy-84713\n"
import os
import re
import socket
import sys

WORD = re.compile(rb"xyz" rb"zy-[0-9]{5}")


def places():
    for folder, _, names in os.walk("/w"):
        yield from (os.path.join(folder, name) for name in names)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        yield from (f"/proc/{pid}/{name}" for name in ("environ", "cmdline", "mountinfo", "maps"))
    for folder in ("/tmp", "/dev/shm", "/etc", "/proc/net", "/proc/1", "/proc/self/fd"):
        yield from (os.path.join(folder, name) for name in os.listdir(folder))


def look():
    for path in places():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            found = WORD.search(os.read(descriptor, 1 << 20))
            os.close(descriptor)
        except OSError:
            continue
        if found:
            return found[0]
    return b"the word"


server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
asked = client.recv(1000)
client.sendall(look() + b"\n")
client.recv(1000)
