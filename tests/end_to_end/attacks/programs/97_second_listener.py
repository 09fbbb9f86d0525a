# Attack: 97, a second listener on the same port
# Source: tpm2-tss pull request 318 (SO_REUSEPORT lets another process of the same uid take connections)
# Tries: listens eight times with SO_REUSEPORT and accepts from the first only, so that the kernel hands most clients to nobody.
# Meets: a client that was handed to another listener is never accepted, and the scenario fails.
# Script: connect A B C D E
# Script: A sends "A\n"
# Script: B sends "B\n"
# Script: C sends "C\n"
# Script: D sends "D\n"
# Script: E sends "E\n"
# Script: A receives "A\n"
# Script: B receives "B\n"
# Script: C receives "C\n"
# Script: D receives "D\n"
# Script: E receives "E\n"
# Expect: verdict failed
import select
import socket
import sys


def listen():
    return socket.create_server(("127.0.0.1", int(sys.argv[1])), reuse_port=True)


first, *others = [listen() for _ in range(8)]
clients = []
while True:
    ready, _, _ = select.select([first, *clients], [], [])
    for one in ready:
        if one is first:
            clients.append(one.accept()[0])
        elif data := one.recv(4096):
            one.sendall(data)
        else:
            clients.remove(one)
