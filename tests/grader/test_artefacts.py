import io
import json
import zipfile

import pytest

from grader import artefacts, ledgers
from grader.models import Evidence, Run
from iomodels.figures.timeline import timeline
from iomodels.trace.sifting import pack
from tests.grader.examples import finished, queued
from tests.iomodels.figures.samples import select_loop

pytestmark = pytest.mark.django_db

REPORT = {"outcome": "passed", "scenarios": [{"name": "A line"}, {"name": "Ça & là"}]}
TRACE = """\
4711 1700000000.000001 accept(3</proc/4711/fd/3<TCP:[127.0.0.1:7]>>, NULL, NULL) = 4 <0.000020>
4711 1700000000.000042 recvfrom(4, "\\303\\244\\n", 4096, 0, NULL, NULL) = 3 <0.000007>
"""
RECORD = {
    "seed": 1,
    "scenarios": [
        {"name": "A line", "trace": ""},
        {"name": "Ça & là", "trace": pack(TRACE)},
    ],
}
TIMELINE, CALLS = "timeline-2-ca-la.svg", "calls-2-ca-la.txt"


def drawn() -> Run:
    """Make a finished run whose second scenario has a timeline."""
    run = finished(report=REPORT)
    stored = [ledgers.stored(one) for one in (None, select_loop())]
    Evidence.objects.create(run=run, record=RECORD, ledgers=stored)
    return run


def content(run: Run, name: str) -> bytes | None:
    """Return the content of the artefact of that name; None if there is no such artefact."""
    found = next((one for one in artefacts.artefacts(run) if one.name == name), None)
    return artefacts.content(run, found) if found else None


def listed(run: Run) -> list[tuple[str, str]]:
    return [(one.name, one.media_type) for one in artefacts.artefacts(run)]


@pytest.mark.parametrize("state", ["queued", "running", "broken", "cancelled"])
def test_a_run_without_a_result_has_its_program(state: str) -> None:
    run = queued(state=state)

    assert listed(run) == [("server.py", "text/plain")]
    assert content(run, "server.py") == b"print()"


def test_a_finished_run_has_everything() -> None:
    assert listed(drawn()) == [
        ("server.py", "text/plain"),
        ("report.json", "application/json"),
        ("record.json", "application/json"),
        (TIMELINE, "image/svg+xml"),
        (CALLS, "text/plain"),
        ("everything.zip", "application/zip"),
    ]


def test_each_artefact_says_what_it_is() -> None:
    says = [(one.scenario, one.says) for one in artefacts.artefacts(drawn())]

    assert says == [
        ("", "The program, as handed in"),
        ("", "The report: what is said on the result's page"),
        ("", "The record: every step, sample and system call that was seen"),
        ("Ça & là", "its timeline"),
        ("Ça & là", "its system calls, as strace wrote them"),
        ("", "All of these"),
    ]


@pytest.mark.parametrize(("name", "stored"), [("report.json", REPORT), ("record.json", RECORD)])
def test_what_is_stored_is_readable_json(name: str, stored: object) -> None:
    text = (content(drawn(), name) or b"").decode()

    assert json.loads(text) == stored
    assert text.endswith("}\n")
    assert "\\u" not in text


def test_a_timeline_is_that_of_its_scenario() -> None:
    expected = timeline(select_loop(), title="Ça & là").encode()

    assert content(drawn(), TIMELINE) == expected


def test_calls_are_what_strace_wrote_of_their_scenario() -> None:
    assert content(drawn(), CALLS) == TRACE.encode()


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"scenarios": []},
        {"scenarios": [{}, {"name": "of a release that kept no trace"}]},
        {"scenarios": [{}, {"trace": ""}]},
    ],
)
def test_calls_that_were_not_kept_have_no_content(record: object) -> None:
    run = drawn()
    Evidence.objects.update(record=record)

    assert content(run, CALLS) == b""


def test_a_timeline_that_cannot_be_drawn_has_no_content() -> None:
    run = drawn()
    Evidence.objects.update(ledgers=["", pack('{"of": "another release"}')])

    assert content(run, TIMELINE) == b""
    assert content(run, CALLS) == TRACE.encode()


def test_the_archive_has_all_the_others() -> None:
    run = drawn()
    names = ["server.py", "report.json", "record.json", TIMELINE, CALLS]

    with zipfile.ZipFile(io.BytesIO(content(run, "everything.zip") or b"")) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}

    assert packed == {name: content(run, name) for name in names}


@pytest.mark.parametrize(
    "name",
    ["", "../server.py", "timeline-1-a-line.svg", "timeline-2.svg", "calls-1-a-line.txt", "calls"],
)
def test_an_unknown_name_has_no_content(name: str) -> None:
    assert content(drawn(), name) is None


@pytest.mark.parametrize("name", ["report.json", "record.json", "everything.zip", TIMELINE, CALLS])
def test_an_open_run_has_no_results_to_take(name: str) -> None:
    assert content(queued(), name) is None


def test_a_run_without_evidence_has_its_report() -> None:
    run = drawn()
    Evidence.objects.all().delete()

    contents = {name: content(run, name) for name, _ in listed(run)}

    assert list(contents) == ["server.py", "report.json", "everything.zip"]
