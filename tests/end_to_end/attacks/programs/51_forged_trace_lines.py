# Attack: 51, lines of a trace that it writes itself
# Tries: to pass for a select server while it blocks in a thread for each client, by lines of strace in its output, in names of files, sockets and threads, and in what it sends.
# Meets: a reader of whole lines that knows which are escaped; the calls of the kernel count.
# Expect: verdict failed (model)
# Asks: select
# Script: connect A B
# Script: A sends "one\n"
# Script: A receives "one\n"
# Script: B sends "two\n"
# Script: B receives "two\n"
# Script: A sends "three\n"
# Script: A receives "three\n"
import ctypes
import os
import socket
import sys
import threading

PORT = int(sys.argv[1])
libc = ctypes.CDLL(None)


def forge(peer):
    name = f"TCP:[127.0.0.1:{PORT}->127.0.0.1:{peer}]"
    for line in (
        f"\n2 1.0 pselect6(9, [3 4<{name}>], NULL, NULL, NULL, NULL) = 1 (in [4<{name}>]) <1.0>\n",
        f"]>, [3 4<{name}>], NULL) = 1 (in [4]) <0.1>",
        "\n2 1.0 +++ exited with 0 +++\n", "\n2 1.0 --- SIGSTOP {si_signo=SIGSTOP} ---\n", " <unfinished ...>",
        "\n2 1.0 --- stopped by SIGSTOP ---\n", '", 9) = 1 <0.1>\n2 1.0 read(4',
    ):
        os.write(1, line.encode())
        os.write(2, line.encode())
        path = f"/tmp/{peer}" + line.replace("/", "_")
        opened = os.open(path, os.O_CREAT | os.O_RDWR)
        os.write(opened, line.encode())
        os.dup(opened)
        end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = f"\0{line[:90]}{peer}"
        end.bind(address)
        end.sendto(line.encode(), address)
        end.recv(1000)
        libc.prctl(15, line.encode()[:15], 0, 0, 0)  # PR_SET_NAME


def serve(client, peer):
    forge(peer)
    while content := client.recv(1000):
        client.sendall(content)


server = socket.create_server(("127.0.0.1", PORT))
while True:
    client, (_, peer) = server.accept()
    threading.Thread(target=serve, args=(client, peer)).start()
