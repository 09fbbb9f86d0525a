# Attack: 52, a flood of the trace
# Tries: to keep the rules until the trace is full (one line of it can be megabytes: a select on a thousand files with long names), and to break them after that.
# Meets: a cap on what is kept, and clients whose messages nobody was seen to read.
# Expect: verdict failed or verdict undecided
# Limits: wall_ns=20000000000
# Asks: select
# Script: connect A B
# Script: repeat 20
# Script:   A sends "one\n"
# Script:   A receives "one\n"
# Script:   B sends "two\n"
# Script:   B receives "two\n"
# Script: end
# Script: A sends "enough\n"
# Script: A receives "enough\n"
# Script: repeat 5
# Script:   A sends "one\n"
# Script:   A receives "one\n"
# Script:   B sends "two\n"
# Script:   B receives "two\n"
# Script: end
import os
import select
import socket
import sys
import threading


def flood():
    for _ in range(15):
        os.mkdir("x" * 250)
        os.chdir("x" * 250)
    opened = os.open("x" * 200, os.O_CREAT | os.O_RDWR)
    ends = [opened, *(os.dup(opened) for _ in range(900))]
    for _ in range(8):
        select.select(ends, [], [], 0)


server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
clients = set()
is_over = False
while not is_over:
    for ready in select.select([server, *clients], [], [])[0]:
        if ready is server:
            clients.add(server.accept()[0])
            continue
        content = ready.recv(1000)
        if content == b"enough\n":
            flood()
            is_over = True
        if not content:
            sys.exit()
        ready.sendall(content)


def serve(client):
    while content := client.recv(1000):
        client.sendall(content)


for client in clients:
    threading.Thread(target=serve, args=(client,)).start()
