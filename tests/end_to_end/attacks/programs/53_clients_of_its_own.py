# Attack: 53, clients of its own
# Tries: to pass for a select server by connecting to itself: a select watches these connections, while each real client has a blocking thread.
# Meets: a judgement on the driver's own connections only, told apart by their addresses.
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

PORT = int(sys.argv[1])
server = socket.create_server(("127.0.0.1", PORT))
own = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(8)]
ports = {end.getsockname()[1] for end in own}
watched = []


def pretend():
    while True:
        ready, _, _ = select.select(watched, [], [])
        for end in ready:
            end.sendall(end.recv(1000))


def serve(client):
    while content := client.recv(1000):
        own[0].sendall(content)
        own[0].recv(1000)
        client.sendall(content)


while True:
    client, (_, port) = server.accept()
    if port not in ports:
        threading.Thread(target=serve, args=(client,)).start()
        continue
    watched.append(client)
    if len(watched) == len(own):
        threading.Thread(target=pretend).start()
