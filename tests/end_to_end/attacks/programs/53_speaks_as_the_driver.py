# Attack: 53, messages of the driver's
# Tries: to write the driver's own messages, that all is played and passed, to its output and to every descriptor and pipe that it finds.
# Meets: output that is text for the report, and no descriptor but its own three.
# Expect: verdict failed (answers)
# Script: connect A
# Script: A sends "one\n"
# Script: A receives "two\n"
import os
import socket
import sys

MESSAGES = (
    b'\n{"type":"Started","number":1}\n{"type":"Finished"}\n{"exit-code": 0}\n{"child-pid": 1}\n'
    b'{"type":"Played","number":1,"record":{"name":"one","steps":[],"output":"","exit_code":0}}\n'
)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
for descriptor in range(1, 1024):
    if descriptor not in (server.fileno(), client.fileno()):
        try:
            os.write(descriptor, MESSAGES)
        except OSError:
            pass
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in range(64):
        try:
            opened = os.open(f"/proc/{pid}/fd/{name}", os.O_WRONLY | os.O_NONBLOCK)
            os.write(opened, MESSAGES)
        except OSError:
            pass
client.recv(10)
client.sendall(b"one\n")
client.recv(10)
