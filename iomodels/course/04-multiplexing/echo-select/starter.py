"""Echo lines to many clients from one thread that sleeps only in select."""

import select
import socket
import sys


def serve(listener: socket.socket) -> None:
    """Accept every client that comes, and give each of its lines back to it."""
    clients: list[socket.socket] = []
    while True:
        # select sleeps until one of these sockets is ready, and says which.
        readable, _, _ = select.select([listener], [], [])
        if listener in readable:
            connection, _ = listener.accept()
            connection.setblocking(False)
            clients.append(connection)
        # Yours to write:
        #  - wait for the clients as well as for the listener;
        #  - keep what each client has sent of a line that is not finished yet;
        #  - keep what each client is still to be sent, and send it when there is room;
        #  - take leave of the clients that have ended or gone.


def main() -> None:
    """Listen on the port that the first argument names."""
    port = int(sys.argv[1])
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        listener.setblocking(False)
        serve(listener)


if __name__ == "__main__":
    main()
