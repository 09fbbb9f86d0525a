"""Whether this worker has been asked to end.

The one who is asked is the worker's main process; those who grade are its children. So the word is
a byte of memory that they share since the fork. It has no lock that a killed child could hold.
"""

import mmap

_word = mmap.mmap(-1, 1)


def is_asked() -> bool:
    """Tell whether the worker shall take no more work."""
    return _word[0] != 0


def ask() -> None:
    """Let all processes of this worker know."""
    _word[0] = 1
