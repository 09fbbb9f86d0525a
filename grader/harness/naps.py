"""How much the program asked to sleep with a time-out, since a client last acted."""

from collections import Counter

from grader.harness.threads import Thread
from iomodels.record import Sleep, Wait

Key = tuple[int, tuple[str, str]]  # A thread, and how often it had switched context.


class Naps:
    """Each sleep with a time-out counts once, with the length that the program asked for.

    If nobody can say how long it will be (an alarm is set), it counts for as long as it lasts: a
    server that had something to do would not sleep at all, however slow the machine is.
    """

    def __init__(self, *, reached: int = 0) -> None:
        self._reached = reached
        self._since_ns: dict[Key, int] = {}
        self._length_ns: dict[Key, int] = {}
        self._pauses: set[Key] = set()

    @property
    def count(self) -> int:
        return len(self._length_ns)

    @property
    def pauses(self) -> int:
        """How many of them only time could end: no client, whatever it does."""
        return len(self._pauses & self._length_ns.keys())

    @property
    def longest_ns(self) -> int:
        return max(self._length_ns.values(), default=0)

    @property
    def asked_ns(self) -> int:
        """The most that one thread asked for, in nanoseconds; threads sleep side by side."""
        asked_ns: Counter[int] = Counter()
        for (thread_id, _), length_ns in self._length_ns.items():
            asked_ns[thread_id] += length_ns
        return max(asked_ns.values(), default=0)

    def reach(self, progress: int) -> None:
        """Forget the naps before the last progress of what is waited for.

        A server that goes on neglects nobody, and in a long transfer the more naps would add up
        the oftener they happen to be seen.
        """
        if progress > self._reached:
            self._reached = progress
            self._since_ns.clear()
            self._length_ns.clear()

    def add(self, threads: tuple[Thread, ...], sleeps: tuple[Sleep, ...], *, now_ns: int) -> None:
        """Take in one moment at which all threads were asleep."""
        for thread, sleep in zip(threads, sleeps, strict=True):
            if sleep.timeout_ns is not None:
                # A thread that wakes and sleeps again has switched context: another sleep.
                key = (thread.thread_id, thread.switches)
                since_ns = self._since_ns.setdefault(key, now_ns)
                if sleep.wait is Wait.TIMER:
                    self._pauses.add(key)
                length_ns = sleep.timeout_ns or now_ns - since_ns
                self._length_ns[key] = max(self._length_ns.get(key, 0), length_ns)
