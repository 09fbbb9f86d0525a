# Attack: 100, output that a database cannot keep
# Source: PrairieLearn issue 1270, Coursemology issue 3371 and A+ issue 316 (a NUL in the output)
# Tries: prints and sends NULs, halves of characters, bytes that are no UTF-8 and a line of half a megabyte.
# Meets: what is no text is replaced, long lines are cut, and the answer is wrong as any other.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed
import os
import select
import socket
import sys

ODD = b"\0\xff\xfe\xed\xa0\x80\xc3(\xf4\x90\x80\x80\\u0000\0"
os.write(1, ODD + b"x" * (1 << 19) + ODD + "\ud800".encode("utf-8", "surrogatepass"))
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    clients = []
    while True:
        ready, _, _ = select.select([listener, *clients], [], [])
        for one in ready:
            if one is listener:
                clients.append(one.accept()[0])
            elif one.recv(4096):
                one.sendall(ODD + b"\n")
            else:
                clients.remove(one)
