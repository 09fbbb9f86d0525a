"""The count of the votes: one model, its family, and the reasons as sentences."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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
    model, mixture = _model(story, votes)
    calls = Counter(vote.syscall for vote in votes if vote.way is not Way.ELSEWHERE)
    return Recognition(
        model=model,
        family=FAMILIES[model],
        title=mixture or IN_WORDS[model],
        reasons=reasons(story, votes, electorate.breadth, model),
        votes=dict(Counter(vote.way.value for vote in votes)),
        syscall=next((name for name, _ in calls.most_common(1)), ""),
    )


def _model(story: Story, votes: Sequence[Vote]) -> tuple[Model, str]:
    """Return the model, and for a mixture its parts in words."""
    telling = [vote for vote in votes if vote.way is not Way.ELSEWHERE]
    if len(votes) < FEWEST_VOTES:
        return Model.UNKNOWN, ""
    if not telling:  # All were read by threads that had slept on others: one at a time, at best.
        return structure(story), ""
    shared = {vote.syscall for vote in telling if vote.way in (Way.MULTIPLEXED, Way.HANDED)}
    kinds = Counter(_kind(vote, shared) for vote in telling)
    (kind, most), *others = kinds.most_common()
    if most < MAJORITY * len(telling) or _changes_over(telling, shared):
        parts = sorted({_part(story, kind), *(_part(story, other) for other, _ in others)})
        if len(parts) > 1:
            return Model.MIXED, " and ".join(parts)
    return (structure(story) if kind is Model.BLOCKING else kind), ""


def _kind(vote: Vote, shared: Collection[str]) -> Model:
    """Return what a vote speaks for, given the calls that watched several clients at once.

    A set that happens to have one client in it is no wait for that client alone.
    """
    if vote.way is Way.BLOCKED and vote.syscall in shared:
        return MULTIPLEXERS.get(vote.syscall, Model.EPOLL)
    return model_of(vote)


def _changes_over(telling: Sequence[Vote], shared: Collection[str]) -> bool:
    """Tell whether clients are waited for in one way first and in another later."""
    kinds: dict[str, set[Model]] = {}
    for vote in telling:
        kinds.setdefault(vote.message.client, set()).add(_kind(vote, shared))
    several = [
        found for found in kinds.values() if Model.BLOCKING in found and found & _MULTIPLEXING
    ]
    return len(several) >= max(FEWEST_VOTES, len(kinds) * CHANGING)


def model_of(vote: Vote) -> Model:
    """Return the model that one message speaks for; BLOCKING for every way of blocking."""
    match vote.way:
        case Way.BLOCKED:
            return Model.BLOCKING
        case Way.POLLED:
            return Model.NON_BLOCKING
        case Way.SIGNALLED:
            return Model.SIGNAL_DRIVEN
        case Way.COMPLETED:
            return Model.IO_URING
        case _:
            return MULTIPLEXERS.get(vote.syscall, Model.EPOLL)


def _part(story: Story, kind: Model) -> str:
    return IN_WORDS[structure(story) if kind is Model.BLOCKING else kind]
