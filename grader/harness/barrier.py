"""Proof that every packet sent on loopback before a moment has been delivered.

A packet on loopback waits in the backlog of the processor that sent it until that processor's
softirq has run; the backlog is first in, first out. So a datagram of our own, sent from each
processor in turn, arrives after everything that was sent there before. TCP needs none of this:
its counters tell (netlink.py). UDP has no counters.
"""

import os
import socket

LONGEST_S = 5.0  # Our own datagram on loopback; only a dead machine takes as long.


class Barrier:
    """Two sockets of our own between which a datagram goes round."""

    def __init__(self) -> None:
        self._receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._receiver.bind(("127.0.0.1", 0))
        self._receiver.settimeout(LONGEST_S)
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sender.connect(self._receiver.getsockname())

    @property
    def ports(self) -> set[int]:
        return {self._sender.getsockname()[1], self._receiver.getsockname()[1]}

    def pass_through(self) -> None:
        """Return when all that was sent before the call has arrived where it goes."""
        processors = os.sched_getaffinity(0)
        try:
            for processor in processors:
                os.sched_setaffinity(0, {processor})
                self._sender.send(b".")
                self._receiver.recv(1)
        finally:
            os.sched_setaffinity(0, processors)

    def close(self) -> None:
        self._sender.close()
        self._receiver.close()
