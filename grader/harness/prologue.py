"""What strace would have written of a server, had it been there from the beginning.

A tracer that comes late has not seen which threads and processes there are, which descriptors are
non-blocking, and whom each epoll instance watches. /proc tells all of it, and it is written down
here in strace's own words, so that the trace of a running server is read like any other.
"""

import contextlib
import ipaddress
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.harness import threads as proc
from grader.harness.descriptors import Program
from grader.harness.sleeping import NAMES

# bits in /proc/PID/fdinfo are octal; asm-generic/fcntl.h.
O_NONBLOCK, O_ASYNC = 0o4000, 0o20000
EPOLL_EVENTS = {
    0x001: "EPOLLIN",
    0x002: "EPOLLPRI",
    0x004: "EPOLLOUT",
    0x040: "EPOLLRDNORM",
    0x2000: "EPOLLRDHUP",
    1 << 28: "EPOLLEXCLUSIVE",
    1 << 30: "EPOLLONESHOT",
    1 << 31: "EPOLLET",
}
_FLAGS = re.compile(r"^flags:\s*([0-7]+)", re.MULTILINE)
_ENTRY = re.compile(r"^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+) ", re.MULTILINE)
_LOCAL, _OTHER, _INODE = 1, 2, 9  # Columns of /proc/net/tcp, proc(5).
_TABLES = {"tcp": "TCP", "tcp6": "TCPv6", "udp": "UDP", "udp6": "UDPv6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    process_id: int
    labels: dict[int, str]  # Descriptor -> as strace calls it.

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self.process_id}")


def prologue(process_ids: Iterable[int], *, at_ns: int) -> str:
    """Return the lines for some processes, the first of which has made the others."""
    lines: list[str] = []
    first = None
    for process_id in process_ids:
        if first is not None:
            lines.append(f"{first} clone(child_stack=NULL, flags=SIGCHLD) = {process_id}")
        first = process_id if first is None else first
        labels = dict(_labels(process_id))
        process = _Process(process_id=process_id, labels=labels)
        lines += [*_flags(process), *_interests(process), *_threads(process)]
    seconds, rest = divmod(at_ns, 10**9)
    stamp = f"{seconds}.{rest:09d}"
    return "".join(
        f"{thread} {stamp} {call} <0.000000001>\n"
        for thread, call in (line.split(" ", 1) for line in lines)
    )


def _flags(process: _Process) -> Iterator[str]:
    for number, label in process.labels.items():
        flags = _FLAGS.search(_text(process.folder / "fdinfo" / str(number)))
        value = int(flags[1], 8) if flags else 0
        words = ["O_RDWR"]
        words += ["O_NONBLOCK"] if value & O_NONBLOCK else []
        words += ["O_ASYNC"] if value & O_ASYNC else []
        if len(words) > 1:
            mode = "|".join(words)
            yield f"{process.process_id} fcntl({number}<{label}>, F_SETFL, {mode}) = 0"


def _interests(process: _Process) -> Iterator[str]:
    for holder, label in process.labels.items():
        if label != "anon_inode:[eventpoll]":
            continue
        for number, events, data in _ENTRY.findall(_text(process.folder / "fdinfo" / str(holder))):
            watched = process.labels.get(int(number))
            bits = int(events, 16)
            names = "|".join(name for bit, name in EPOLL_EVENTS.items() if bits & bit)
            value = int(data, 16)
            entry = f"{{events={names or 0}, data={{u32={value & 0xFFFFFFFF}, u64={value}}}}}"
            if watched:
                yield (
                    f"{process.process_id} epoll_ctl({holder}<{label}>, EPOLL_CTL_ADD, "
                    f"{number}<{watched}>, {entry}) = 0"
                )


def _threads(process: _Process) -> Iterator[str]:
    for thread in proc.look([process.process_id]):
        if thread.thread_id != process.process_id:
            yield (
                f"{process.process_id} clone(child_stack=NULL, flags=CLONE_VM|CLONE_FILES|"
                f"CLONE_THREAD) = {thread.thread_id}"
            )
    for thread in proc.look([process.process_id]):
        # The kernel goes on with these under the name of restart_syscall, which tells nothing.
        if thread.syscall is None or NAMES.get(thread.syscall) not in ("poll", "ppoll"):
            continue
        program = Program(process_id=process.process_id, thread_id=thread.thread_id)
        watched = ", ".join(
            f"{{fd={number}<{process.labels[number]}>, events=POLLIN}}"
            for number in program.poll_set(thread.arguments)
            if number in process.labels
        )
        timeout = struct.unpack("=i", struct.pack("=I", thread.arguments[2] & 0xFFFFFFFF))[0]
        yield (
            f"{thread.thread_id} poll([{watched}], {thread.arguments[1]}, {timeout}) = ? "
            "ERESTART_RESTARTBLOCK (Interrupted by signal)"
        )


def _labels(process_id: int) -> Iterator[tuple[int, str]]:
    sockets = dict(_sockets(process_id))
    folder = Path(f"/proc/{process_id}/fd")
    for number in sorted(int(entry.name) for entry in folder.iterdir()):
        with contextlib.suppress(OSError):
            label = str((folder / str(number)).readlink())
            if not label.startswith("/"):
                yield number, sockets.get(label, label)


def _sockets(process_id: int) -> Iterator[tuple[str, str]]:
    """Yield the link of each of its network's sockets and what strace calls it."""
    for table, name in _TABLES.items():
        for line in _text(Path(f"/proc/{process_id}/net/{table}")).splitlines()[1:]:
            columns = line.split()
            ends = _address(columns[_LOCAL])
            if not columns[_OTHER].endswith(":0000"):
                ends += f"->{_address(columns[_OTHER])}"
            yield f"socket:[{columns[_INODE]}]", f"{name}:[{ends}]"


def _address(written: str) -> str:
    """Return an address and port from hexadecimal; its words are in the machine's own order."""
    words, _, port = written.partition(":")
    raw = b"".join(struct.pack("=I", int(words[at : at + 8], 16)) for at in range(0, len(words), 8))
    if len(raw) == 4:
        return f"{ipaddress.IPv4Address(raw)}:{int(port, 16)}"
    return f"[{_short(ipaddress.IPv6Address(raw))}]:{int(port, 16)}"


def _short(address: ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped
    return f"::ffff:{mapped}" if mapped else str(address)


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""
