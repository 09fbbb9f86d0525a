# Wrong: it answers everybody, but with a thread for each client where one thread is asked for. Caught by at-most-threads in "A half line does not hold up another client".
import socket
import sys
import threading


def serve(connection: socket.socket) -> None:
    unfinished = b""
    with connection:
        try:
            while data := connection.recv(65536):
                lines, newline, unfinished = (unfinished + data).rpartition(b"\n")
                connection.sendall(lines + newline)
        except OSError:
            return


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=[connection], daemon=True).start()
