"""From a trace to a story: which thread waited for which client in which call, and who read what.

It follows the kernel's own books: tables of descriptors that threads share and processes copy, the
flags of each open file description, and the interest list of each epoll instance.
"""

from iomodels.replay.replay import replay
from iomodels.replay.story import Accept, Read, Story, Teller, Watch

__all__ = ["Accept", "Read", "Story", "Teller", "Watch", "replay"]
