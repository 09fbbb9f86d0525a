"""A scenario's ledger as it is stored: JSON, packed; one or two kilobytes, usually.

A result page draws its timeline from this and not from the record. To work a ledger out takes 2 to
50 ms for a trace of usual length, but 0.4 s for 28,000 lines and 2 s at worst: too long for a
process that serves pages. The grading has worked it out anyway; to draw it takes 5 to 20 ms. The
drawing itself is not stored: it is four times as large, and would keep an old style sheet.
"""

import msgspec

from iomodels.ledger import Ledger
from iomodels.trace.sifting import pack, unpack

# To draw so many takes 0.15 s. Only a program that naps for microseconds gets there.
MOST_SLEEPS = 10_000


def stored(ledger: Ledger | None) -> str:
    """Return a ledger as text; "" for none, and for one that is too long to be drawn."""
    if ledger is None or len(ledger.sleeps) > MOST_SLEEPS:
        return ""
    return pack(msgspec.json.encode(ledger).decode())


def read(text: str) -> Ledger:
    """Return what was stored. Raise ValueError for anything else."""
    return msgspec.json.decode(unpack(text), type=Ledger)
