"""The tables of descriptors: threads of a process share one, a new process begins with a copy."""

from iomodels.replay import arguments
from iomodels.replay.files import Epoll, File, World
from iomodels.replay.story import Teller
from iomodels.trace import Call

_NONE = (-1, "")


class Tables:
    """Which descriptor of which process is which open file description.

    close() is not traced, being a third of all calls of a program that starts: a descriptor that
    was closed and given out again is known by its new label.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._tables: dict[int, dict[int, File]] = {}
        self._process_of: dict[int, int] = {}
        self._heads: dict[str, tuple[int, str]] = {}
        self._living: dict[int, int] = {}  # How many threads each process has.
        self._connections: dict[str, File] = {}  # The last one of each label.

    def process_of(self, thread_id: int) -> int:
        """Return the process of a thread; one that nobody has made is a process of its own."""
        return self._process_of.setdefault(thread_id, thread_id)

    def born(self, thread_id: int, maker: Teller, *, is_thread: bool) -> None:
        """Note a thread that was made: in its maker's process, or as the first of a new one."""
        if is_thread:
            process_id = self._process_of[thread_id] = maker.process_id
            self._living[process_id] = self._living.get(process_id, 1) + 1
        else:
            self._process_of[thread_id] = thread_id
            # The descriptions are shared, the table is not: fork(2).
            self._tables[thread_id] = dict(self._tables.get(maker.process_id, {}))
            self._living[thread_id] = 1

    def ended(self, thread_id: int) -> None:
        """Note a thread that has ended; with the last one of a process its table is gone.

        A program can make tens of thousands of processes with a thousand descriptors each.
        """
        process_id = self.process_of(thread_id)
        self._living[process_id] = self._living.get(process_id, 1) - 1
        if self._living[process_id] <= 0:
            self._tables.pop(process_id, None)

    def first(self, call: Call) -> File | None:
        """Return the file of a call's first argument."""
        words = call.arguments
        found = self._heads.get(words)  # Many calls have the very same arguments.
        if found is None:
            found = self._heads[words] = arguments.descriptor(call) or _NONE
        if found is _NONE:
            return None
        return self.file(self.process_of(call.thread_id), *found)

    def file(self, process_id: int, number: int, label: str) -> File:
        """Return what a descriptor is, given what strace says of it now."""
        table = self._tables.setdefault(process_id, {})
        file = table.get(number)
        if file is None:
            file = table[number] = self._elsewhere(label) or self._made(label)
        elif file.label != label:
            # `TCP:[5699]` becomes an address by bind or connect; anything else is a new file.
            if _is_unbound(file.label) and file.label[:3] == label[:3]:
                self._relabel(file, label)
            else:
                file = table[number] = self._made(label)
        return file

    def open(self, teller: Teller, number: int, label: str) -> File:
        """Return the new file that a call has just made."""
        file = self._made(label)
        self._tables.setdefault(teller.process_id, {})[number] = file
        return file

    def alias(self, teller: Teller, number: int, file: File) -> None:
        """Note that another descriptor is the same file."""
        self._tables.setdefault(teller.process_id, {})[number] = file

    def epoll(self, file: File) -> Epoll:
        """Return the epoll instance behind a descriptor."""
        if file.epoll is None:
            file.epoll = Epoll()
        return file.epoll

    def _made(self, label: str) -> File:
        file = File(label)
        self._relabel(file, label)
        return file

    def _relabel(self, file: File, label: str) -> None:
        file.label, file.is_udp = label, label.startswith("UDP")
        file.whose = self._world.whose(label)
        if "->" in label:
            self._connections[label] = file

    def _elsewhere(self, label: str) -> File | None:
        """Find a connection that was handed over by another process, unix(7)."""
        return self._connections.get(label)


def _is_unbound(label: str) -> bool:
    return label.startswith(("TCP", "UDP")) and ":[" in label and label.count(":") == 1
