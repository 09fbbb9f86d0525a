from base64 import b64encode
from dataclasses import replace
from zlib import compress

import pytest
from hypothesis import given

from grader.ledgers import MOST_SLEEPS, read, stored
from iomodels.ledger import Ledger
from iomodels.trace.sifting import pack
from tests.iomodels.figures.samples import LEDGERS, select_loop
from tests.iomodels.figures.strategies import ledgers


@pytest.mark.parametrize("name", LEDGERS)
def test_read_gives_back_what_was_stored(name: str) -> None:
    ledger = LEDGERS[name]()

    assert read(stored(ledger)) == ledger


@given(ledgers())
def test_read_gives_back_any_ledger(ledger: Ledger) -> None:
    assert read(stored(ledger)) == ledger


def test_stored_is_short_and_can_stand_in_any_database() -> None:
    text = stored(select_loop())

    assert text.isascii()
    assert len(text) < 1500


def test_no_ledger_is_stored_as_nothing() -> None:
    assert stored(None) == ""


@pytest.mark.parametrize(("sleeps", "is_stored"), [(MOST_SLEEPS, True), (MOST_SLEEPS + 1, False)])
def test_a_ledger_that_is_too_long_to_be_drawn_is_not_stored(
    sleeps: int, *, is_stored: bool
) -> None:
    ledger = replace(select_loop(), sleeps=select_loop().sleeps[:1] * sleeps)

    assert bool(stored(ledger)) is is_stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "\N{SNOWMAN}",
        "AAAA",
        b64encode(compress(b"\xff")).decode(),
        pack("no JSON"),
        pack("{}"),
        pack("[]"),
        pack('{"lives": 1}'),
    ],
)
def test_read_refuses_what_was_not_stored(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)
