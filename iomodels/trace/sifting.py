"""Which lines of a trace are worth keeping: not those about files, nor those of the sandbox's own.

A Python program reads a hundred files before its first line; that is nine tenths of a short trace.
"""

import base64
import re
import zlib
from collections.abc import Collection

# Of a text that was packed: a trace of 16 MiB, or a ledger of ten thousand sleeps on a thousand
# clients each. A few kilobytes can say more than a machine has room for.
LONGEST = 128 << 20
# Whole lines only: an unfinished call and its end go together, and are kept. What stands between
# two brackets holds none itself, so that a line costs no more than its length.
_FILES = re.compile(
    r"^\d+ +[\d.]+ (?:read|write|readv|close|ioctl|fcntl|dup|dup2|dup3)"
    r'\(\d+</[^<>\n]*(?:<[^<>\n]*>)?>(?:, (?:[^"<>\n]|"(?:[^"\\\n]|\\.)*")*)?\)'
    r" += -?\d+(?:<[^<>\n]*(?:<[^<>\n]*>)?>)?(?: E[A-Z0-9_]+(?: \([^()\n]*\))?)? <[\d.]+>\n",
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
        content = base64.b64decode(packed, validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(content, LONGEST).decode() if packed else ""
    except (zlib.error, ValueError) as error:
        raise ValueError(f"This is no packed trace: {error}") from error
    if packed and not unpacker.eof:
        raise ValueError("This is no packed trace: it is cut short, or too long.")
    return text
