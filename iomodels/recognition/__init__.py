"""Which I/O model a server uses, from what its threads were in when messages came, and why."""

from iomodels.recognition.messages import Message, messages
from iomodels.recognition.recogniser import Recognition, recognise
from iomodels.recognition.votes import Vote, Way

__all__ = ["Message", "Recognition", "Vote", "Way", "messages", "recognise"]
