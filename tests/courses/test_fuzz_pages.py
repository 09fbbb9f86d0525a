"""Whatever a program has brought about can be shown: on a result page, in a figure, as text."""

import io
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from courses.results import explain
from courses.timelines import MOST_ROWS, draw
from grader import ledgers
from grader.harness.conducts import lines
from grader.harness.page import Page
from iomodels.analysis import analyse
from iomodels.demands import Demands
from iomodels.figures.svg import legible
from iomodels.judging import Task, judge
from iomodels.ledger import Ledger
from iomodels.record import Compilation, Outcome, Record, ScenarioRecord, Wait
from iomodels.report import Report, as_json
from tests.courses.examples import PROGRAM
from tests.fuzzing import fuzz, mutated
from tests.iomodels.examples import scenario as plain
from tests.iomodels.examples import step
from tests.iomodels.figures.reading import parse
from tests.iomodels.figures.samples import LEDGERS
from tests.iomodels.figures.strategies import NAMES
from tests.iomodels.strategies import DEMANDS, played

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Outline(HTMLParser):
    """The elements of a page; those that are open at its end are left in `open`."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(html: str) -> None:
    """Hold a page to what it must be, whoever wrote its words."""
    outline = Outline()
    outline.feed(html)
    outline.close()
    assert outline.open == []
    assert not outline.names & {"script", "iframe", "object", "embed", "base", "link"}
    assert not {name for name in outline.attributes if name.startswith("on")}
    assert legible(html) == html


def judged(scenario: ScenarioRecord, demands: Demands, said: str) -> Report:
    record = Record(
        scenarios=(scenario,),
        seed=7,
        compilation=Compilation(outcome=Outcome.PASSED, output=said, took_ns=1),
    )
    return judge("Echo", [Task(name="one", points=4, script='A sends "x"')], demands, record)


@fuzz
@given(played(), DEMANDS, mutated([PROGRAM]))
def test_any_run_can_be_shown(scenario: ScenarioRecord, demands: Demands, program: str) -> None:
    program = program[:2_000]  # Colours are a matter of Pygments, which has tests of its own.
    report = judged(scenario, demands, program)
    ledger = analyse(scenario).ledger

    result = explain(as_json(report), program=program, file_name=scenario.file_name)
    timeline = draw(ledger, number=1, name=scenario.name)

    shown = [*filter(None, [result.first]), *result.others]
    assert [one.outcome for one in shown] == [one.outcome for one in report.scenarios]
    for one in shown:
        values = {"scenario": one, "timeline": timeline, "is_open": True, "file_name": "server.c"}
        check(render_to_string("courses/partials/scenario.html", values))
    if result.conduct:
        check(render_to_string("courses/partials/conduct.html", {"conduct": result.conduct}))
    assert legible(result.output) == result.output
    assert legible(result.compiler) == result.compiler
    assert len(timeline.table.rows) <= MOST_ROWS
    parse(str(timeline.svg))
    assert ledgers.read(ledgers.stored(ledger)) == ledger


@fuzz
@given(played(), st.text(), st.booleans())
def test_any_report_is_text_that_no_terminal_obeys(
    scenario: ScenarioRecord,
    said: str,
    is_coloured: bool,  # noqa: FBT001
) -> None:
    report = judged(scenario, Demands(), said)
    ledger = analyse(scenario).ledger
    stream = io.StringIO()

    told = lines(said, [said], {scenario.name: ledger}, file_name=said)
    Page(stream, is_coloured=is_coloured).report(report, waited=told)

    text = stream.getvalue()
    if is_coloured:
        for ours in ("\r\033[K", *(f"\033[{colour}m" for colour in (32, 31, 33, 2, 1, 0))):
            text = text.replace(ours, "")
    assert all(character.isprintable() or character in "\n\t" for character in text)


@fuzz
@given(st.sampled_from(sorted(LEDGERS.keys() - {"crowd"})), st.lists(NAMES, min_size=6, max_size=6))
def test_any_name_is_drawn_as_xml_and_written_as_text(sample: str, names: list[str]) -> None:
    ledger = renamed(LEDGERS[sample](), names)

    timeline = draw(ledger, number=1, name=names[0])

    svg = parse(str(timeline.svg))
    kinds = {part.tag.rpartition("}")[2] for part in svg.iter()}
    assert not kinds & {"script", "a", "image", "use", "foreignObject", "animate", "set"}
    assert all(not key.startswith("on") for part in svg.iter() for key in part.attrib)


def renamed(ledger: Ledger, names: list[str]) -> Ledger:
    """Return a ledger in which clients, calls, threads and files are called otherwise."""
    kinds = {wait.value for wait in Wait} | {mark.what for mark in ledger.marks}

    def rename(value: Any) -> Any:
        match value:
            case str() if value not in kinds:
                return names[sum(value.encode()) % len(names)]
            case dict():
                return {key: rename(item) for key, item in value.items()}
            case list() | tuple():
                return [rename(item) for item in value]
            case _:
                return value

    return msgspec.convert(rename(msgspec.to_builtins(ledger)), Ledger)


@pytest.mark.parametrize("said", ["\x1b[2J", "\0", "\x07", "\x85", "\ufffe"])
def test_a_page_shows_a_sign_for_what_it_cannot_hold(said: str) -> None:
    report = as_json(judged(_nothing(said), Demands(), said))

    result = explain(report, program=PROGRAM, file_name="server.py")

    assert (result.output[0], result.compiler[0]) == ("\ufffd", "\ufffd")


def _nothing(said: str) -> ScenarioRecord:

    return plain(step(Outcome.UNDECIDED), output=said)
