"""The phases of every message that was awaited, measured from the trace and the clients' log."""

from collections.abc import Sequence

from iomodels.phases import PhaseCall, Phases
from iomodels.recognition import Electorate, Vote, Way, model_of
from iomodels.record import Wait
from iomodels.replay import Story, Watch

# A thread that asked in vain more often than this is shown by its last so many calls.
MOST_CALLS = 1000


def measure(electorate: Electorate) -> tuple[Phases, ...]:
    """Return the phases of each message whose way to its reader is known, by time."""
    found = (_Measured(electorate, vote).phases() for vote in electorate.votes)
    return tuple(phases for phases in found if phases)


class _Measured:
    """One message on its way to the thread that read it."""

    def __init__(self, electorate: Electorate, vote: Vote) -> None:
        self._electorate, self._vote, self._message = electorate, vote, vote.message
        self._story: Story = electorate.story

    def phases(self) -> Phases | None:
        """Return the phases; None if the calls between wait and read are not all there."""
        if self._vote.way in (Way.ELSEWHERE, Way.HANDED):
            return None
        watches = self._watches()
        if not watches or any(watch.ended_ns is None for watch in watches):
            return None
        first, last = watches[0], watches[-1]
        # Between the sender's stamps, before and after his call, and before the reader was told,
        # who can be quicker than the second stamp: nobody knows better than half-way.
        told_ns = max(self._noticed_ns(watches), self._message.started_ns)
        arrived_ns = (self._message.started_ns + min(self._message.ended_ns, told_ns)) // 2
        is_one_call = first is last
        read_ns = arrived_ns if is_one_call else max(last.started_ns, arrived_ns)
        has_read = self._vote.way is not Way.COMPLETED
        return Phases(
            client=self._message.client,
            number=self._message.number,
            model=model_of(self._vote.way, self._vote.syscall).value,
            size=self._message.size,
            arrived_ns=arrived_ns - first.started_ns,
            wait_ns=max(0, arrived_ns - first.started_ns),
            wake_up_ns=max(0, self._noticed_ns(watches) - arrived_ns)
            if not is_one_call or not has_read
            else 0,
            copy_ns=max(0, (last.ended_ns or read_ns) - read_ns) if has_read else 0,
            calls=tuple(self._call(watch, first, arrived_ns) for watch in watches),
        )

    def _watches(self) -> Sequence[Watch]:
        """Return the calls of the reader, from the one that awaited the message to its read."""
        read = self._message.read
        if read is None:
            return self._completing()
        watches = self._story.threads[read.thread_id].watches
        at = self._electorate.index_at(read.thread_id, read.started_ns)
        if at < 0:
            return ()
        first = self._first(watches, at)
        if first is None:
            return ()
        chain = watches[max(first, at - MOST_CALLS) : at + 1]
        if self._vote.way is Way.POLLED:
            return [watch for watch in chain if watch.wait is Wait.READ and self._is_mine(watch)]
        # What it did for others in between is no matter of this message.
        return [chain[0], chain[-1]] if len(chain) > 1 else chain

    def _first(self, watches: Sequence[Watch], at: int) -> int | None:
        """Return which call of the reader awaited the message."""
        sent_ns = self._message.started_ns
        for index in range(at, -1, -1):
            watch = watches[index]
            if self._vote.way is Way.POLLED:
                # Back to the read that took the message before this one.
                if index < at and self._is_mine(watch) and not watch.is_refused:
                    return index + 1
            elif watch.started_ns <= sent_ns:
                return index if self._is_awaiting(watch) else None
        return 0 if self._vote.way is Way.POLLED else None

    def _is_awaiting(self, watch: Watch) -> bool:
        is_under_way = watch.ended_ns is None or watch.ended_ns > self._message.started_ns
        if self._vote.way is Way.SIGNALLED:
            return is_under_way
        covers = watch.covers(self._message.client, self._message.started_ns)
        return is_under_way and watch.may_sleep and covers

    def _is_mine(self, watch: Watch) -> bool:
        return self._message.client in watch.clients

    def _completing(self) -> Sequence[Watch]:
        """Return the wait for a ring's completion during which the message came."""
        for thread_id in self._story.threads:
            watch = self._electorate.watch_at(thread_id, self._message.started_ns)
            if watch and watch.syscall.startswith("io_uring"):
                return [watch]
        return ()

    def _noticed_ns(self, watches: Sequence[Watch]) -> int:
        """Return when the reader learnt of it: the return of the wait, or of the only call."""
        if self._vote.way is Way.POLLED:
            return watches[-1].started_ns
        return watches[0].ended_ns or watches[0].started_ns

    def _call(self, watch: Watch, first: Watch, arrived_ns: int) -> PhaseCall:
        ended_ns = watch.ended_ns if watch.ended_ns is not None else watch.started_ns
        is_asleep = watch.may_sleep and watch.started_ns < arrived_ns <= ended_ns
        return PhaseCall(
            syscall=watch.syscall,
            started_ns=watch.started_ns - first.started_ns,
            ended_ns=ended_ns - first.started_ns,
            result=watch.error or ("" if watch.result is None else str(watch.result)),
            is_asleep=is_asleep,
        )
