"""How far a run is: submitted, queued, prepared, played scenario by scenario, reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grader.models import Run

DECIDED = {"passed", "failed", "undecided", "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    name: str
    state: str  # "done", "now" or "to come"; "never" for what a run did not reach.
    began_at: datetime | None = None
    took: timedelta | None = None

    @property
    def took_ms(self) -> int | None:
        return None if self.took is None else round(self.took.total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario of a run: what came of it, and when."""

    number: int
    name: str
    outcome: str  # "" while it is to come, "running" while it is played.
    began_at: datetime | None
    took_ms: int | None

    @property
    def is_decided(self) -> bool:
        return self.outcome in DECIDED


def scenarios(run: Run) -> tuple[Played, ...]:
    """Return what the latest try of the run has played so far."""
    return tuple(_played(number, one) for number, one in enumerate(run.progress, start=1))


def _played(number: int, stored: Mapping[str, Any]) -> Played:
    began, ended = _moment(stored, "began_at"), _moment(stored, "ended_at")
    took = (ended - began) if began and ended else None
    return Played(
        number=number,
        name=stored["name"],
        outcome=stored["outcome"] or "",
        began_at=began,
        took_ms=round(took.total_seconds() * 1000) if took is not None else None,
    )


def phases(run: Run, *, submitted_at: datetime) -> tuple[Phase, ...]:
    """Lay out the five phases with the moment at which each began, as far as it is known.

    Of a run that is tried again, the phases after the queue are those of its latest try.
    """
    is_begun = run.state != Run.State.QUEUED and run.started_at is not None
    began, ended = _bounds(run.progress) if is_begun else (None, None)
    beginnings = (submitted_at, run.queued_at, run.started_at if is_begun else None, began, ended)
    names = ("Submitted", "Queued", "Preparing", _running(scenarios(run), run), "Reporting")
    over_at = None if run.is_open else run.finished_at
    return tuple(
        _phase(name, at, _next(beginnings[number + 1 :], over_at), Run.State(run.state))
        for number, (name, at) in enumerate(zip(names, beginnings, strict=True))
    )


def _bounds(progress: Sequence[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None]:
    """Return when the first scenario began and when the last of all ended."""
    began = next((_moment(one, "began_at") for one in progress if "began_at" in one), None)
    is_over = bool(progress) and all((one["outcome"] or "") in DECIDED for one in progress)
    return began, _moment(progress[-1], "ended_at") if is_over else None


def _running(played: Sequence[Played], run: Run) -> str:
    decided = sum(one.is_decided for one in played)
    if run.state != Run.State.RUNNING or decided == len(played):
        return "Running"
    return f"Running scenario {decided + 1} of {len(played)}"


def _next(later: Sequence[datetime | None], over_at: datetime | None) -> datetime | None:
    return next((moment for moment in later if moment), over_at)


# What is said of a phase that has no time: one that did not begin, or was too short to be noted.
UNTIMED = {
    Run.State.QUEUED: "to come",
    Run.State.RUNNING: "to come",
    Run.State.FINISHED: "done",
    Run.State.BROKEN: "never",
    Run.State.CANCELLED: "never",
}


def _phase(name: str, at: datetime | None, end: datetime | None, run: Run.State) -> Phase:
    if at is None:
        return Phase(name=name, state=UNTIMED[run])
    if end is None:
        return Phase(name=name, state="now", began_at=at)
    # Several machines have set these times: one may be a little behind another.
    return Phase(name=name, state="done", began_at=at, took=max(end - at, timedelta()))


def _moment(stored: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(stored[name]) if name in stored else None
