"""The count of the votes: one model, its family, and the reasons as sentences."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from iomodels.models import FAMILIES, IN_WORDS, Family, Model
from iomodels.recognition.messages import Message
from iomodels.recognition.reasons import reasons
from iomodels.recognition.structure import structure
from iomodels.recognition.votes import Electorate, Vote, Way
from iomodels.replay import Story

MAJORITY = 0.75
FEWEST_VOTES = 2
CHANGING = 0.25  # Of the clients, if they are waited for in two ways each.
_MULTIPLEXING = {Model.SELECT, Model.POLL, Model.EPOLL}
_Kind = tuple[str, Way, str]  # A client, how a message of it was learnt of, and in which call.
# The calls of each multiplexing model. pselect6 is what select() is on most machines.
MULTIPLEXERS = {
    "select": Model.SELECT,
    "pselect6": Model.SELECT,
    "poll": Model.POLL,
    "ppoll": Model.POLL,
    "epoll_wait": Model.EPOLL,
    "epoll_pwait": Model.EPOLL,
    "epoll_pwait2": Model.EPOLL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What a server was recognised as, and why."""

    model: Model
    family: Family
    title: str  # In words: "multiplexing with epoll".
    reasons: tuple[str, ...]
    votes: Mapping[str, int]  # Way -> messages.
    syscall: str = ""  # In which most of its readers were.


def recognise(story: Story, found: Sequence[Message]) -> Recognition:
    """Return the model of a server from one run's story and its clients' messages."""
    return count_votes(Electorate(story, found))


def count_votes(electorate: Electorate) -> Recognition:
    """Return what the messages of a story vote for."""
    story, votes = electorate.story, electorate.votes
    # What a message finds the threads in that rest does not depend on how they are scheduled.
    surest = [vote for vote in votes if vote.message.found_rest]
    model, mixture = _model(story, _tally(surest if len(surest) >= FEWEST_VOTES else votes))
    calls: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    for (_, way, syscall), number in _tally(votes).items():
        ways[way.value] += number
        if way is not Way.ELSEWHERE:
            calls[syscall] += number
    return Recognition(
        model=model,
        family=FAMILIES[model],
        title=mixture or IN_WORDS[model],
        reasons=reasons(story, votes, electorate.breadth, model),
        votes=dict(ways),
        syscall=next((name for name, _ in calls.most_common(1)), ""),
    )


def _tally(votes: Iterable[Vote]) -> Counter[_Kind]:
    return Counter((vote.message.client, vote.way, vote.syscall) for vote in votes)


def _model(story: Story, tally: Counter[_Kind]) -> tuple[Model, str]:
    """Return the model, and for a mixture its parts in words."""
    if tally.total() < FEWEST_VOTES:
        return Model.UNKNOWN, ""
    shared = {call for _, way, call in tally if way in (Way.MULTIPLEXED, Way.HANDED)}
    kinds: Counter[Model] = Counter()
    by_client: dict[str, set[Model]] = {}
    for (client, way, syscall), number in tally.items():
        if way is not Way.ELSEWHERE:
            kind = _kind(way, syscall, shared)
            kinds[kind] += number
            by_client.setdefault(client, set()).add(kind)
    if not kinds:  # All were read by threads that had slept on others: one at a time, at best.
        return structure(story), ""
    (kind, most), *others = kinds.most_common()
    if most < MAJORITY * kinds.total() or _changes_over(by_client.values()):
        parts = sorted({_part(story, kind), *(_part(story, other) for other, _ in others)})
        if len(parts) > 1:
            return Model.MIXED, " and ".join(parts)
    return (structure(story) if kind is Model.BLOCKING else kind), ""


def _kind(way: Way, syscall: str, shared: Collection[str]) -> Model:
    """Return what a vote speaks for, given the calls that watched several clients at once.

    A set that happens to have one client in it is no wait for that client alone.
    """
    if way is Way.BLOCKED and syscall in shared:
        return MULTIPLEXERS.get(syscall, Model.EPOLL)
    return model_of(way, syscall)


def _changes_over(kinds: Collection[set[Model]]) -> bool:
    """Tell whether clients are waited for in one way first and in another later."""
    several = [found for found in kinds if Model.BLOCKING in found and found & _MULTIPLEXING]
    return len(several) >= max(FEWEST_VOTES, len(kinds) * CHANGING)


def model_of(way: Way, syscall: str) -> Model:
    """Return the model that one message speaks for; BLOCKING for every way of blocking."""
    match way:
        case Way.BLOCKED:
            return Model.BLOCKING
        case Way.POLLED:
            return Model.NON_BLOCKING
        case Way.SIGNALLED:
            return Model.SIGNAL_DRIVEN
        case Way.COMPLETED:
            return Model.IO_URING
        case _:
            return MULTIPLEXERS.get(syscall, Model.EPOLL)


def _part(story: Story, kind: Model) -> str:
    return IN_WORDS[structure(story) if kind is Model.BLOCKING else kind]
