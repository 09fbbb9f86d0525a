"""What a run leaves behind for people to look at, and to take with them."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import slugify

from grader import ledgers
from grader.models import Evidence, Run
from iomodels.figures.timeline import timeline
from iomodels.ledger import Ledger
from iomodels.trace.sifting import unpack

logger = logging.getLogger(__name__)

ARCHIVE = "everything.zip"
REPORT, RECORD = "report.json", "record.json"
TIMELINE, CALLS = "timeline", "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file that can be downloaded."""

    name: str
    says: str
    media_type: str
    scenario: str = ""  # The one that it is of; "" for what is of the whole run.


def artefacts(run: Run) -> tuple[Artefact, ...]:
    """List what there is of a run: always its program, the rest once it has finished."""
    return tuple(_listed(run))


def content(run: Run, artefact: Artefact) -> bytes:
    """Return the content of one of the run's artefacts.

    It is empty where another release has stored a ledger or a trace that cannot be read now.
    """
    if artefact.name != ARCHIVE:
        return _content(run, artefact.name)
    others = (one.name for one in artefacts(run) if one.name != ARCHIVE)
    return _archive({name: _content(run, name) for name in others})


def ledger_of(run: Run, *, scenario: int) -> Ledger | None:
    """Return the ledger of a run's scenario, from 1; None if there is none that can be drawn.

    One that another release has stored in another form is none: a result is worth showing without.
    """
    stored = Evidence.objects.filter(run=run).values_list(f"ledgers__{scenario - 1}", flat=True)
    text = stored.first() if scenario > 0 else None
    try:
        return ledgers.read(text) if text else None
    except ValueError as error:
        logger.warning("Run %s: no ledger of scenario %s: %s", run.pk, scenario, error)
        return None


def _listed(run: Run) -> Iterator[Artefact]:
    program = run.submission.file_name
    yield Artefact(name=program, says="The program, as handed in", media_type="text/plain")
    if not run.report:
        return
    yield Artefact(
        name=REPORT,
        says="The report: what is said on the result's page",
        media_type="application/json",
    )
    stored = Evidence.objects.filter(run=run).values_list("ledgers", flat=True).first()
    if stored is not None:
        yield Artefact(
            name=RECORD,
            says="The record: every step, sample and system call that was seen",
            media_type="application/json",
        )
    for number, scenario in _with_timelines(run, stored or []):
        slug = f"{number}-{slugify(scenario)[:40]}"
        yield Artefact(
            name=f"{TIMELINE}-{slug}.svg",
            says="its timeline",
            media_type="image/svg+xml",
            scenario=scenario,
        )
        yield Artefact(
            name=f"{CALLS}-{slug}.txt",
            says="its system calls, as strace wrote them",
            media_type="text/plain",
            scenario=scenario,
        )
    yield Artefact(name=ARCHIVE, says="All of these", media_type="application/zip")


def _with_timelines(run: Run, stored: Sequence[str]) -> list[tuple[int, str]]:
    told = (run.report or {}).get("scenarios", [])
    return [
        (number, scenario["name"])
        for number, (scenario, text) in enumerate(zip(told, stored, strict=False), start=1)
        if text
    ]


def _content(run: Run, name: str) -> bytes:
    if name == run.submission.file_name:
        return run.submission.program.encode()
    if name == REPORT:
        return _pretty(run.report)
    if name == RECORD:
        return _pretty(Evidence.objects.values_list("record", flat=True).get(run=run))
    kind, number, *_ = name.split("-")
    drawn = _timeline if kind == TIMELINE else _calls
    return drawn(run, int(number)).encode()


def _timeline(run: Run, number: int) -> str:
    ledger = ledger_of(run, scenario=number)
    title = (run.report or {})["scenarios"][number - 1]["name"]
    return timeline(ledger, title=title) if ledger else ""


def _calls(run: Run, number: int) -> str:
    path = f"record__scenarios__{number - 1}__trace"
    packed = Evidence.objects.filter(run=run).values_list(path, flat=True).first()
    try:
        return unpack(packed) if isinstance(packed, str) and packed else ""
    except ValueError as error:
        logger.warning("Run %s: no calls of scenario %s: %s", run.pk, number, error)
        return ""


def _pretty(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content:
                archive.writestr(name, content)
    return packed.getvalue()
