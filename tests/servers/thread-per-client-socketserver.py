# Model: thread-per-client
# Says: The standard library's ThreadingTCPServer: a thread for each client reads line by line.

import os
import socketserver
import sys


class Echo(socketserver.StreamRequestHandler):
    """One client's conversation."""

    def handle(self) -> None:
        try:
            for line in self.rfile:
                if line.endswith(b"\n"):
                    self.wfile.write(line)
        except OSError:
            return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with Server(("127.0.0.1", port), Echo) as server:
        server.serve_forever(poll_interval=None)
