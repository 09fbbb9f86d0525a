"""Open file descriptions, as far as they matter: whose connection, which flags, what epoll has."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

LISTENER = ""  # In place of a client's name.
# `TCP:[127.0.0.1:80->127.0.0.1:40000]`, `TCPv6:[[::1]:80->[::1]:40000]`, `UDP:[127.0.0.1:53]`.
_ADDRESS = r"(?:\[[0-9a-f:.]*\]|[0-9.]*):([0-9]{1,5})"
_SOCKET = re.compile(rf"(TCP|UDP)(?:v6)?:\[{_ADDRESS}(?:->{_ADDRESS})?\]$")
# Of epoll instances on one's list, and on theirs. Real programs have one or two, and each wait
# looks at all of them.
MOST_INSTANCES = 32


@dataclass(slots=True, frozen=True, kw_only=True)
class World:
    """Who is who on the wires: the server's port, and the client behind each port of theirs."""

    port: int
    clients: dict[int, str]

    def whose(self, label: str) -> str | None:
        """Return a descriptor's client, LISTENER for the server's own socket, or None.

        Only a connection of the server's port counts: a program may connect to itself, but not
        from a port that one of the clients holds.
        """
        found = _SOCKET.match(label)
        if not found or int(found[2]) != self.port:
            return None
        if found[3] is None:
            return LISTENER
        return self.clients.get(int(found[3]))


@dataclass(slots=True, eq=False)
class Epoll:
    """One epoll instance: who was on its interest list, and when. Equal to itself only."""

    # Whose -> [added, removed, added, removed, ...], nanoseconds; an odd length means: still on it.
    times: dict[str, list[int]] = field(default_factory=dict)
    # The entry's data -> whose.
    oneshot: dict[int, tuple[str, ...]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)  # Labels of descriptors that are nobody's.
    inner: set["Epoll"] = field(default_factory=set)  # Instances that are on the list themselves.

    def add(self, whose: str, at_ns: int) -> None:
        times = self.times.setdefault(whose, [])
        if len(times) % 2 == 0:
            times.append(at_ns)

    def remove(self, whose: str, at_ns: int) -> None:
        times = self.times.get(whose, [])
        if len(times) % 2:
            times.append(at_ns)

    def covers(self, whose: str, at_ns: int) -> bool:
        """Tell whether this one was on the list at that moment."""
        # An odd number of changes up to that moment: the last one added it.
        return any(bisect_right(one.times.get(whose, ()), at_ns) % 2 for one in self._all())

    def members(self) -> tuple[str, ...]:
        """Return who is on the list now."""
        own = [whose for one in self._all() for whose, times in one.times.items() if len(times) % 2]
        return tuple(dict.fromkeys(own))

    def known(self) -> set[str]:
        """Return who has ever been on the list."""
        return set().union(*(one.times for one in self._all()))

    def _all(self) -> list["Epoll"]:
        """Return this one and those on its list, on theirs and so on, each once.

        The kernel allows no circle, epoll_ctl(2). But an instance that came in over a unix socket
        can be taken for another one here, and then there may be any.
        """
        found = [self]
        if self.inner:
            for one in found:  # It grows meanwhile.
                found += [inner for inner in one.inner if inner not in found]
                if len(found) > MOST_INSTANCES:
                    break
        return found


@dataclass(slots=True)
class File:
    """One open file description; every descriptor that was dup'ed or inherited shares it."""

    label: str
    whose: str | None = None
    is_udp: bool = False
    is_nonblocking: bool = False
    is_asynchronous: bool = False
    timeout_ns: int | None = None
    epoll: Epoll | None = None
