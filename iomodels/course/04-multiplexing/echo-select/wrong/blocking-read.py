# Wrong: after select it reads a whole line, and sleeps in that read when only half of the line has come. Caught by waits-for-everyone in "A half line does not hold up another client".
import io
import select
import socket
import sys


def serve(listener: socket.socket) -> None:
    clients: dict[socket.socket, io.BufferedReader] = {}
    while True:
        readable, _, _ = select.select([listener, *clients], [], [])
        for ready in readable:
            if ready is listener:
                connection, _ = listener.accept()
                clients[connection] = connection.makefile("rb")
                continue
            file = clients[ready]
            try:
                line = file.readline()
                if line.endswith(b"\n"):
                    ready.sendall(line + lines_in_the_buffer(ready, file))
                    continue
            except OSError:
                pass
            clients.pop(ready).close()
            ready.close()


def lines_in_the_buffer(connection: socket.socket, file: io.BufferedReader) -> bytes:
    lines = b""
    connection.setblocking(False)
    while b"\n" in file.peek():
        lines += file.readline()
    connection.setblocking(True)
    return lines


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        serve(listener)
