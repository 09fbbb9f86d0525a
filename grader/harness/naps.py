"""How much the program asked to sleep with a time-out, since a client last acted."""

from grader.harness.threads import Thread
from iomodels.record import Sleep


class Naps:
    """Each sleep with a time-out counts once, with the length that the program asked for."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, tuple[str, str]]] = set()
        self._asked_ns: dict[int, int] = {}
        self.longest_ns = 0
        self.count = 0

    @property
    def asked_ns(self) -> int:
        """The most that one thread asked for, in nanoseconds; threads sleep side by side."""
        return max(self._asked_ns.values(), default=0)

    def add(self, threads: tuple[Thread, ...], sleeps: tuple[Sleep, ...]) -> None:
        """Take in one moment at which all threads were asleep."""
        for thread, sleep in zip(threads, sleeps, strict=True):
            # A thread that wakes and sleeps again has switched context: another sleep.
            key = (thread.thread_id, thread.switches)
            if sleep.timeout_ns is None or key in self._seen:
                continue
            self._seen.add(key)
            asked_ns = self._asked_ns.get(thread.thread_id, 0) + sleep.timeout_ns
            self._asked_ns[thread.thread_id] = asked_ns
            self.longest_ns = max(self.longest_ns, sleep.timeout_ns)
            self.count += 1
