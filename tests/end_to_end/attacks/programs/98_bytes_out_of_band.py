# Attack: 98, bytes out of band
# Source: tcp(7), urgent data; CVE-1999-0153 (WinNuke)
# Tries: answers as it should, and sends one byte more as urgent data, which a reader of the stream does not see.
# Meets: the clients have urgent data put into the stream, and so the byte is seen that nobody asked for.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed (answers)
import select
import socket
import sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    clients = []
    while True:
        ready, _, _ = select.select([listener, *clients], [], [])
        for one in ready:
            if one is listener:
                clients.append(one.accept()[0])
            elif data := one.recv(4096):
                one.sendall(data)
                one.send(b"!", socket.MSG_OOB)
            else:
                clients.remove(one)
