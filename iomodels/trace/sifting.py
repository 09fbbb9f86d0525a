"""Which lines of a trace are worth keeping: not those about files, nor those of the sandbox's own.

A Python program reads a hundred files before its first line; that is nine tenths of a short trace.
"""

import base64
import re
import zlib
from collections.abc import Collection

# Whole lines only: an unfinished call and its end go together, and are kept.
_FILES = re.compile(
    r"^\d+ +[\d.]+ (?:read|write|readv|close|ioctl|fcntl|dup|dup2|dup3)"
    r'\(\d+</[^<>\n]*(?:<[^<>\n]*>)?>(?:, (?:[^"<>\n]|"(?:[^"\\\n]|\\.)*")*)?\)'
    r" += -?\d+(?:<[^\n]*>)?(?: E[^\n]*)? <[\d.]+>\n",
    re.MULTILINE,
)


def sift(text: str, *, strangers: Collection[int] = ()) -> str:
    """Return a trace without the calls on files and without the threads called strangers."""
    text = _FILES.sub("", text)
    if not strangers:
        return text
    numbers = "|".join(map(str, sorted(strangers)))
    return re.sub(rf"^(?:{numbers}) [^\n]*(?:\n|\Z)", "", text, flags=re.MULTILINE)


def pack(text: str) -> str:
    """Return a text as ASCII in about a seventh of its length; `unpack` is the way back."""
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 6)).decode("ascii")


def unpack(packed: str) -> str:
    """Return what was packed. Raise ValueError for anything else."""
    try:
        return zlib.decompress(base64.b64decode(packed, validate=True)).decode() if packed else ""
    except (zlib.error, ValueError) as error:
        raise ValueError(f"This is no packed trace: {error}") from error
