"""Why a server was recognised as what it is: sentences with counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from iomodels.models import Model
from iomodels.recognition.structure import waits_for_clients
from iomodels.recognition.votes import Vote, Way
from iomodels.record import Wait
from iomodels.replay import Story
from iomodels.wording import call_name, count

# Of a message and the thread that read it.
_WAYS = {
    Way.BLOCKED: "its reader had gone to sleep in {call} on that client alone",
    Way.MULTIPLEXED: "its reader slept in {call}, which watched that client among others",
    Way.HANDED: "another thread slept in {call}, which watched that client, and handed it over",
    Way.POLLED: "its reader was asking again and again ({call}), and had been refused",
    Way.SIGNALLED: "a signal of the kernel announced it to its reader, which was in {call}",
    Way.COMPLETED: "no thread read it: the kernel did, through io_uring",
    Way.ELSEWHERE: "its reader was asleep in {call} on somebody else",
}


def reasons(
    story: Story, votes: Sequence[Vote], breadth: Mapping[str, int], model: Model
) -> tuple[str, ...]:
    """Return what speaks for the model, the strongest first."""
    if model is Model.UNKNOWN:
        seen = count(len(votes), "message")
        return (
            f"Only {seen} came to a thread that had been waiting: too few to tell.",
            _size(story),
        )
    said = [*_votes(votes), _who_reads(story), _size(story)]
    said += [
        f"{call_name(call)} watched up to {count(width, 'client')} at once, the next new one "
        "included."
        for call, width in sorted(breadth.items())
        if width > 1
    ]
    said += [
        f"New clients were awaited in {call_name(call)}, which watched nobody else at those times."
        for call in sorted(waits_for_clients(story))
        if breadth.get(call, 0) < 2
    ]
    said += _refusals(story, votes)
    said += _sleeps(story)
    return tuple(said)


def _votes(votes: Sequence[Vote]) -> list[str]:
    tally = Counter((vote.way, vote.syscall) for vote in votes)
    before = count(len(votes), "message")
    return [
        f"{number} of {before}: {_WAYS[way].format(call=call_name(syscall))}."
        for (way, syscall), number in tally.most_common()
    ]


def _who_reads(story: Story) -> str:
    by_thread: dict[int, set[str]] = {}
    for read in story.reads:
        by_thread.setdefault(read.thread_id, set()).add(read.client)
    if not by_thread:
        return "No thread read from any client."
    clients = {client for found in by_thread.values() for client in found}
    most = max(map(len, by_thread.values()))
    readers = count(len(by_thread), "thread")
    return f"{readers} read from {count(len(clients), 'client')}, at most {most} by one thread."


def _size(story: Story) -> str:
    # What a starting script did before the first client came is no matter of the server's.
    began_ns = min((accept.started_ns for accept in story.accepts), default=story.started_ns)
    threads = [teller for teller in story.threads.values() if teller.ended_ns > began_ns]
    processes = {teller.process_id for teller in threads}
    return (
        f"The program had {count(len(threads), 'thread')} in {count(len(processes), 'process')} "
        "while there were clients."
    )


def _refusals(story: Story, votes: Sequence[Vote]) -> list[str]:
    if not story.refused_reads and not story.spins:
        return []
    said = f"{count(story.refused_reads, 'read')} came back empty-handed (EAGAIN)"
    if story.spins:
        said += f", and {count(story.spins, 'other look')} found nothing and did not wait"
    return [f"{said}, for {count(len(votes), 'message')}."]


def _sleeps(story: Story) -> list[str]:
    blocking = sum(
        watch.may_sleep and bool(watch.clients)
        for teller in story.threads.values()
        for watch in teller.watches
        if watch.wait is Wait.READ
    )
    if not blocking and story.reads:
        return ["No read of a client could have slept: each was a non-blocking one."]
    return []
