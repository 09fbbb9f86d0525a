"""Which I/O model a server uses, from what its threads were in when messages came, and why."""

from iomodels.recognition.messages import Message, messages
from iomodels.recognition.recogniser import Recognition, count_votes, model_of, recognise
from iomodels.recognition.votes import Electorate, Vote, Way

__all__ = [
    "Electorate",
    "Message",
    "Recognition",
    "Vote",
    "Way",
    "count_votes",
    "messages",
    "model_of",
    "recognise",
]
