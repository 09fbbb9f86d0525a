"""The numbers behind a figure, for those who want to read them or cannot see the figure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under headers; `note` says what was left out."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""
