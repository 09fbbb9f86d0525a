# Wrong: it sends with sendall on blocking sockets, which sleeps until a client that does not read has made room. Caught by waits-for-everyone in "A client that does not read its replies holds up nobody".
import select
import socket
import sys


def serve(listener: socket.socket) -> None:
    unfinished: dict[socket.socket, bytes] = {}
    while True:
        readable, _, _ = select.select([listener, *unfinished], [], [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                unfinished[connection] = b""
                continue
            try:
                if data := ready.recv(65536):
                    lines, newline, rest = (unfinished[ready] + data).rpartition(b"\n")
                    unfinished[ready] = rest
                    ready.sendall(lines + newline)
                    continue
            except OSError:
                pass
            del unfinished[ready]
            ready.close()


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        serve(listener)
