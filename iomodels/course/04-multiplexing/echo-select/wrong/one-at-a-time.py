# Wrong: it serves one client until that client leaves, and accepts nobody else meanwhile. Caught by accepts-everybody in "A half line does not hold up another client".
import socket
import sys


def serve(connection: socket.socket) -> None:
    unfinished = b""
    while data := connection.recv(65536):
        lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
        connection.sendall(lines + newline)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    serve(connection)
                except OSError:
                    continue
