# Attack: 53, a select server behind a relay
# Tries: to pass for a select server: who listens is a blocking relay, one thread a client, to a select server within.
# Meets: a judgement on who reads the clients' own connections.
# Expect: verdict failed (model)
# Asks: select
# Script: connect A B
# Script: A sends "one\n"
# Script: A receives "one\n"
# Script: B sends "two\n"
# Script: B receives "two\n"
# Script: A sends "three\n"
# Script: A receives "three\n"
import select
import socket
import sys
import threading

inner = socket.create_server(("127.0.0.1", 0))
outer = socket.create_server(("127.0.0.1", int(sys.argv[1])))


def multiplex():
    ends = [inner]
    while True:
        for ready in select.select(ends, [], [])[0]:
            if ready is inner:
                ends.append(inner.accept()[0])
            else:
                ready.sendall(ready.recv(1000))


def relay(client):
    within = socket.create_connection(inner.getsockname())
    while content := client.recv(1000):
        within.sendall(content)
        client.sendall(within.recv(1000))


threading.Thread(target=multiplex).start()
while True:
    threading.Thread(target=relay, args=(outer.accept()[0],)).start()
