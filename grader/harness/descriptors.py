"""What the descriptors of a sleeping program are, read from outside: proc(5), pidfd_getfd(2)."""

import contextlib
import ctypes
import os
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from iomodels.syscalls import numbers

LIBC = ctypes.CDLL(None, use_errno=True)
PIDFD_GETFD = numbers(os.uname().machine)["pidfd_getfd"]
TIMEVAL = struct.Struct("=qq")
POLLFD = struct.Struct("=ihh")
MOST_POLLED = 4096
EPOLL_LINK = "anon_inode:[eventpoll]"
MOST_NESTED = 5  # EP_MAX_NESTS in fs/eventpoll.c.
SOCKET_LINK = re.compile(r"^socket:\[([0-9]{1,20})\]$")
EPOLL_ENTRY = re.compile(r"^tfd: *([0-9]{1,10}) .* ino:([0-9a-f]{1,16}) ", re.MULTILINE)
TIMER_LEFT = re.compile(r"^it_value: \(([0-9]{1,20}), ([0-9]{1,20})\)", re.MULTILINE)
NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process, as its file descriptors and its memory show it to its parent."""

    process_id: int
    thread_id: int  # The main thread may have ended, and its folder is empty then.

    def inode(self, descriptor: int) -> int | None:
        """Return the inode of a socket, or None for anything else."""
        found = SOCKET_LINK.match(self._link(descriptor))
        return int(found[1]) if found else None

    def epoll_set(self, descriptor: int) -> list[tuple[int, int]]:
        """Return the interest list of an epoll descriptor: (descriptor, inode) of each entry.

        An epoll descriptor in the set stands for what it watches itself, epoll(7). Each one is
        looked at once: a program can put a hundred copies of one into the next, five levels deep.
        """
        found: list[tuple[int, int]] = []
        seen = {descriptor}
        level = [descriptor]
        for _ in range(MOST_NESTED + 1):
            entries = [entry for number in level for entry in self._epoll_entries(number)]
            found += entries
            inner = {number for number, _ in entries} - seen
            level = [number for number in sorted(inner) if self._link(number) == EPOLL_LINK]
            seen.update(level)
        return found

    def has_timers(self) -> bool:
        """Return whether the process has made timers by timer_create(2), set or not."""
        with contextlib.suppress(OSError):
            return bool(Path(f"/proc/{self.process_id}/timers").read_bytes())
        return False

    def select_set(self, arguments: tuple[int, ...]) -> list[int]:
        """Return the descriptors in the three bitmaps of select(2)."""
        count = min(arguments[0], MOST_POLLED)
        size = (count + 63) // 64 * 8
        members: set[int] = set()
        for address in arguments[1:4]:
            bits = int.from_bytes(self.memory(address, size), "little") if address else 0
            members |= {number for number in range(count) if bits >> number & 1}
        return sorted(members)

    def poll_set(self, arguments: tuple[int, ...]) -> list[int]:
        """Return the descriptors in the array of poll(2) from which something is asked."""
        content = self.memory(arguments[0], min(arguments[1], MOST_POLLED) * POLLFD.size)
        whole = len(content) // POLLFD.size * POLLFD.size
        return [
            number
            for number, events, _ in POLLFD.iter_unpack(content[:whole])
            # With no events only an error or a hang-up is told.
            if number >= 0 and events
        ]

    def timer_left_ns(self, descriptor: int) -> int | None:
        """Return how long a timerfd still has to go; None if it is no timer, or not set."""
        if self._link(descriptor) != "anon_inode:[timerfd]":
            return None
        found = TIMER_LEFT.search(self._text(f"fdinfo/{descriptor}"))
        left = int(found[1]) * NANOSECONDS + int(found[2]) if found else 0
        return left or None

    def socket_timeout_ns(self, descriptor: int, *, for_writing: bool) -> int | None:
        """Return SO_RCVTIMEO or SO_SNDTIMEO of a socket, None if it waits for ever."""
        option = socket.SO_SNDTIMEO if for_writing else socket.SO_RCVTIMEO
        with contextlib.suppress(OSError), self._borrowed(descriptor) as copy:
            seconds, micros = TIMEVAL.unpack(copy.getsockopt(socket.SOL_SOCKET, option, 16))
            return (seconds * NANOSECONDS + micros * 1000) or None
        return None

    def memory(self, address: int, size: int) -> bytes:
        """Return bytes of the program's memory; none if they cannot be read."""
        with contextlib.suppress(OSError, OverflowError):
            descriptor = os.open(f"{self._folder}/mem", os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.pread(descriptor, size, address)
            finally:
                os.close(descriptor)
        return b""

    def _epoll_entries(self, descriptor: int) -> list[tuple[int, int]]:
        listed = EPOLL_ENTRY.findall(self._text(f"fdinfo/{descriptor}"))
        return [(int(number), int(inode, 16)) for number, inode in listed]

    @contextlib.contextmanager
    def _borrowed(self, descriptor: int) -> Iterator[socket.socket]:
        pidfd = os.pidfd_open(self.process_id)
        try:
            copy = LIBC.syscall(PIDFD_GETFD, pidfd, descriptor, 0)
        finally:
            os.close(pidfd)
        if copy < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
        with socket.socket(fileno=copy) as borrowed:
            yield borrowed

    @property
    def _folder(self) -> str:
        return f"/proc/{self.process_id}/task/{self.thread_id}"

    def _link(self, descriptor: int) -> str:
        with contextlib.suppress(OSError):
            return str(Path(f"{self._folder}/fd/{descriptor}").readlink())
        return ""

    def _text(self, name: str) -> str:
        with contextlib.suppress(OSError):
            return Path(f"{self._folder}/{name}").read_text(errors="replace")
        return ""
