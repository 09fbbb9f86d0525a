"""Seeded bytes: the same for the same seed and place, printable, in lines."""

import random
import string

from grader.harness.scenario import Text, Traffic

# 64 of them, so that none is rarer; no white space, so that stripping a line shows where a script
# asks for it and not by chance.
ALPHABET = (string.ascii_letters + string.digits + "-_").encode()
PRINTABLE = bytes(ALPHABET[value % len(ALPHABET)] for value in range(256))


def content(payload: Text | Traffic, *, seed: int, place: str) -> bytes:
    """Return what is to be sent; `place` tells two sendings with one seed apart."""
    if isinstance(payload, Text):
        return payload.content
    stream = random.Random(f"{seed}:{place}").randbytes(payload.size)  # noqa: S311 - no secret
    made = bytearray(stream.translate(PRINTABLE))
    for end in range(payload.line_length - 1, payload.size, payload.line_length):
        made[end] = ord("\n")
    made[-1] = ord("\n")
    return bytes(made)
