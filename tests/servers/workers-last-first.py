# Model: epoll
# Says: Its worker threads take the lines from the wrong end: the last comes back first.
# Wrong: answers-in-order
# Scenario: burst

import os
import select
import socket
import sys
import threading
from collections import deque

WORKERS = 4


class Client:
    """A connection with the line that it has begun, and what it is still owed."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.unfinished = b""
        self.owed = b""
        self.has_ended = False

    def fileno(self) -> int:
        return self.connection.fileno()

    def is_finished(self) -> bool:
        return self.has_ended and not self.owed

    def read(self) -> None:
        try:
            data = self.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""
            return
        self.has_ended = not data
        lines, newline, self.unfinished = (self.unfinished + data).rpartition(b"\n")
        self.owed += lines + newline

    def write(self) -> None:
        try:
            self.owed = self.owed[self.connection.send(self.owed) :]
        except BlockingIOError:
            return
        except OSError:
            self.has_ended, self.owed = True, b""


class Worker:
    """A thread that answers the lines of its own clients."""

    def __init__(self, answers: deque[tuple[int, bytes]], bell: int) -> None:
        self._requests: list[tuple[int, bytes]] = []
        self._has_work = threading.Condition()
        self._answers, self._bell = answers, bell
        threading.Thread(target=self._work, daemon=True).start()

    def ask(self, number: int, lines: list[bytes]) -> None:
        with self._has_work:
            self._requests += [(number, line) for line in lines]
            self._has_work.notify()

    def _work(self) -> None:
        with self._has_work:
            while True:
                while self._requests:
                    self._answers.append(self._requests.pop())
                os.eventfd_write(self._bell, 1)
                self._has_work.wait()


class Server:
    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self.listener = listener
        self.bell = os.eventfd(0, os.EFD_NONBLOCK)
        self.answers: deque[tuple[int, bytes]] = deque()
        self.workers = [Worker(self.answers, self.bell) for _ in range(WORKERS)]
        self.clients: dict[int, Client] = {}
        self.asked: dict[int, int] = {}  # Lines of each client that are being worked on.
        self.poller = select.epoll()
        self.poller.register(listener, select.EPOLLIN)
        self.poller.register(self.bell, select.EPOLLIN)

    def run(self) -> None:
        while True:
            for number, events in self.poller.poll():
                if number == self.listener.fileno():
                    self.accept()
                elif number == self.bell:
                    self.collect()
                elif number in self.clients:
                    self.take_turn(number, events)

    def accept(self) -> None:
        client = Client(self.listener.accept()[0])
        self.clients[client.fileno()] = client
        self.asked[client.fileno()] = 0
        self.poller.register(client, select.EPOLLIN)

    def collect(self) -> None:
        os.eventfd_read(self.bell)
        while self.answers:
            number, line = self.answers.popleft()
            self.asked[number] -= 1
            self.clients[number].owed += line
            self.settle(number)

    def take_turn(self, number: int, events: int) -> None:
        client = self.clients[number]
        if events & select.EPOLLOUT:
            client.write()
        elif not client.has_ended:
            owed, client.owed = client.owed, b""
            client.read()
            lines, client.owed = client.owed.splitlines(keepends=True), owed
            self.asked[number] += len(lines)
            self.workers[number % WORKERS].ask(number, lines)
        self.settle(number)

    def settle(self, number: int) -> None:
        """Ask for what the client needs next, or take leave of it."""
        client = self.clients[number]
        if client.has_ended and not self.asked[number] and not client.owed:
            del self.clients[number], self.asked[number]
            client.connection.close()
            return
        wanted = 0 if client.has_ended else select.EPOLLIN
        self.poller.modify(client, wanted | (select.EPOLLOUT if client.owed else 0))


def serve(listener: socket.socket) -> None:
    Server(listener).run()


if __name__ == "__main__":
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"])
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        serve(listener)
