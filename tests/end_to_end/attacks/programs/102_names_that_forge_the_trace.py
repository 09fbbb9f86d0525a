# Attack: 102, names that forge lines of the trace
# Source: ossf package-analysis issue 163 (names with spaces in strace's lines)
# Tries: is known by Unix sockets and threads whose names have line ends and whole lines of strace in them, all saying that it waited in select.
# Meets: strace writes such names in quotes, on one line; the server that reads one client at a time fails as it would without them.
# Script: connect A B
# Script: A sends "hel"
# Script: B sends "ping\n"
# Script: B receives "ping\n"
# Expect: verdict failed
import ctypes
import os
import socket
import sys

LINE = b"\n%d 1700000000.000000000 select(5, [3 4], NULL, NULL, NULL) = 1 (in [4]) <0.000100>\n"
forged = LINE % os.getpid()
ctypes.CDLL(None).prctl(15, b"\n1 1.0 x(" )
unix = []
for name in (b"\0" + forged[:100], b"/tmp/" + forged.replace(b"/", b"|")[:90]):
    unix.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    unix[-1].bind(name)
    unix[-1].sendto(forged, name)
    unix[-1].recv(1000)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        file = connection.makefile("rb")
        while line := file.readline():
            connection.sendall(line)
