"""Fuzz tests: how many examples they take, and input that is nearly what a reader expects.

`make test` takes the same 500 examples each time, so that it says the same of the same code;
`make fuzz` takes 10,000 new ones of each.
"""

import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

F = TypeVar("F", bound=Callable[..., Any])
Change = tuple[str, int, int, str]  # A kind, two places, a token.

EXAMPLES, NIGHTLY = 500, 10_000
IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
LONG = 100_000  # Characters: of a line, or of what is repeated in it.
CHANGES = 4

# What means something to one reader or another, and what many a reader forgets.
TOKENS = (
    "",
    "\n",
    "\0",
    "\r",
    "\x1b[2J\x1b]0;x\x07",
    "\x85\u2028",
    "\u202e",
    "\udcff",
    "\ufffe",
    "\u0663",  # A digit to \d and to int(), and none to a kernel.
    '"',
    "\\",
    "'",
    "<",
    ">",
    "->",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "=",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    "null",
    "18446744073709551616",
    "9" * 25,
    "9" * 5000,
    "0x" + "f" * 30,
    "<script>alert(1)</script>",
    '"><script>',
    "]]>-->",
    "&#0;",
    "{{ result }}{% now %}",
)
# The first one comes first where a failing example is made smaller.
_KINDS = ("keep", "put", "swap", "number", "cut", "double", "join", "stretch", "end", "keep")
_BYTES = 8  # Of a change: its kind, its token, two places.
PLACES = st.integers(min_value=0, max_value=1 << 20)


def fuzz(test: F) -> F:
    """Mark a test of Hypothesis's as a fuzz test, and give it as many examples as the profile."""
    wanted = settings(
        max_examples=NIGHTLY if IS_NIGHTLY else EXAMPLES,
        derandomize=not IS_NIGHTLY,
        # Long inputs are what is wanted here, and a test's own fixtures hold nothing of an example.
        suppress_health_check=list(HealthCheck),
    )
    marked: F = pytest.mark.fuzz(wanted(test))
    return marked


def changes(tokens: Sequence[str] = TOKENS) -> st.SearchStrategy[list[Change]]:
    """Return a few changes, for `changed` to make: drawn as bytes, which is many times quicker."""
    size = CHANGES * _BYTES

    def made(drawn: bytes) -> list[Change]:
        return [_made(drawn[at : at + _BYTES], tokens) for at in range(0, size, _BYTES)]

    return st.binary(min_size=size, max_size=size).map(made)


def changed(text: str, made: Sequence[Change]) -> str:
    """Return a text with these changes in it."""
    for kind, first, second, token in made:
        begin = first % (len(text) + 1)
        text = _change(text, kind, begin, second, token)[: 2 * LONG]
    return text


def mutated(texts: Sequence[str], *, tokens: Sequence[str] = TOKENS) -> st.SearchStrategy[str]:
    """Return texts of which most are one of these but for a few changes."""
    return st.builds(changed, st.sampled_from(texts), changes(tokens))


def mutated_bytes(
    contents: Sequence[bytes], *, tokens: Sequence[str] = TOKENS
) -> st.SearchStrategy[bytes]:
    """Return the same for bytes, which may stop being text."""
    texts = [content.decode("latin-1") for content in contents]
    words = [token.encode("utf-8", "surrogateescape").decode("latin-1") for token in tokens]
    return mutated(texts, tokens=words).map(lambda text: text.encode("latin-1"))


def operations(work: Callable[[], object]) -> int:
    """Count the lines of Python that some work executes: the same on each machine."""
    count = 0

    def step(_frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def memory(work: Callable[[], object]) -> int:
    """Return the most bytes that Python held at any moment of some work, beyond those before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _made(drawn: bytes, tokens: Sequence[str]) -> Change:
    kind, token, first, second = drawn[0], drawn[1], drawn[2:5], drawn[5:8]
    places = int.from_bytes(first, "big"), int.from_bytes(second, "big")
    return _KINDS[kind % len(_KINDS)], *places, tokens[token % len(tokens)]


def _change(text: str, kind: str, begin: int, second: int, token: str) -> str:
    end = min(len(text), begin + second % 40)
    before, part, after = text[:begin], text[begin:end], text[end:]
    piece = part or token or "x"
    return {
        "keep": lambda: text,
        "cut": lambda: before + after,
        "end": lambda: before,
        "put": lambda: before + token + part + after,
        "swap": lambda: before + token + after,
        "double": lambda: before + part * (2 + second % 3) + after,
        "join": lambda: before + (part + after).replace("\n", token, 1),
        "number": lambda: before + _with_number(part + after, token),
        "stretch": lambda: before + piece * (second % LONG // len(piece)) + after,
    }[kind]()


def _with_number(text: str, token: str) -> str:
    """Put something in place of the first number."""
    begin = next((at for at, letter in enumerate(text) if letter.isdecimal()), len(text))
    end = next((at for at in range(begin, len(text)) if not text[at].isdecimal()), len(text))
    return text[:begin] + token + text[end:]
