"""A scenario's timeline, drawn from its ledger, with its words and its numbers."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from grader.artefacts import ledger_of
from grader.models import Run
from iomodels.figures.account import summary
from iomodels.figures.cropping import cropped
from iomodels.figures.table import Table
from iomodels.figures.timeline import notes, table, timeline
from iomodels.ledger import Ledger

MOST_ROWS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    number: int  # Of the scenario.
    name: str
    summary: str
    notes: tuple[str, ...]  # On the numbered places in the figure.
    svg: SafeString
    table: Table


def timeline_of(run: Run, *, scenario: int) -> Timeline | None:
    """Draw a finished run's scenario; None if it has no ledger, and so no figure."""
    told = (run.report or {}).get("scenarios", [])
    ledger = ledger_of(run, scenario=scenario) if scenario <= len(told) else None
    if ledger is None:
        return None
    return draw(ledger, number=scenario, name=told[scenario - 1]["name"])


def draw(ledger: Ledger, *, number: int, name: str) -> Timeline:
    shown = cropped(ledger)
    return Timeline(
        number=number,
        name=name,
        summary=summary(shown),
        notes=notes(shown),
        svg=mark_safe(timeline(shown, title=name, is_bare=True)),  # noqa: S308 - it escapes all.
        table=table(shown, most_rows=MOST_ROWS),
    )
