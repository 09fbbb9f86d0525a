"""Whatever a program has brought about, a run of it is judged: no record makes the judge fail."""

import json
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from iomodels import record as records
from iomodels.analysis import analyse
from iomodels.compilation import first_error
from iomodels.demands import Demands
from iomodels.judging import Task, judge
from iomodels.record import Outcome, Record, ScenarioRecord
from iomodels.report import as_json
from iomodels.trace.sifting import pack
from iomodels.tracebacks import MOST_SHOWN, last_words
from tests.fuzzing import PLACES, fuzz, mutated
from tests.iomodels import test_compilation, test_tracebacks
from tests.iomodels.strategies import DEMANDS, pieces, played, traces

SCRIPT = 'connect A\nA sends "x"\nA receives "x"\n'
COMPLAINTS = [
    test_compilation.SYNTAX,
    test_compilation.NO_HEADER,
    test_compilation.IN_A_HEADER,
    test_compilation.UNDEFINED,
    test_compilation.UNDEFINED_ELSEWHERE,
    test_compilation.ASSEMBLER,
    test_compilation.KILLED,
]
LAST_WORDS = [
    test_tracebacks.RESET,
    test_tracebacks.SYNTAX,
    test_tracebacks.TWICE,
    test_tracebacks.ITS_OWN,
    test_tracebacks.NO_ERROR_IN_ITS_NAME,
]


@fuzz
@given(played(), DEMANDS)
def test_any_record_is_judged(scenario: ScenarioRecord, demands: Demands) -> None:
    record = Record(scenarios=(scenario,), seed=7)

    report = judge("Echo", [Task(name="one", points=4, script=SCRIPT)], demands, record)

    has_failed = any(step.outcome is not Outcome.PASSED for step in scenario.steps)
    assert not (has_failed and report.outcome is Outcome.PASSED)
    assert (report.points == 4) is (report.outcome is Outcome.PASSED)
    assert (report.outcome is Outcome.FAILED) is bool(report.scenarios[0].findings)
    assert report.verdict
    stored = json.loads(json.dumps(as_json(report)))
    assert stored["outcome"] == report.outcome
    as_stored = msgspec.json.decode(msgspec.json.encode(records.as_json(record)), type=Record)
    assert as_stored == record


@fuzz
@given(traces(30), PLACES)
def test_any_trace_is_analysed_and_its_sums_hang_together(text: str, place: int) -> None:
    scenario = replace(pieces(30)[place % len(pieces(30))], trace=pack(text))

    analysis = analyse(scenario)

    ledger, totals = analysis.ledger, analysis.ledger.totals
    assert len(ledger.sleeps) <= analysis.trace.lines
    assert len(ledger.marks) <= len(scenario.events)
    assert totals.threads == len(ledger.lives) <= 2 * analysis.trace.lines
    assert 0 <= totals.refused_reads <= totals.calls <= analysis.trace.lines
    assert totals.harmful_ns >= 0
    assert all(one.wait_ns >= 0 and one.copy_ns >= 0 for one in analysis.phases())
    assert msgspec.json.decode(msgspec.json.encode(ledger), type=type(ledger)) == ledger


@fuzz
@given(mutated(LAST_WORDS) | st.text())
def test_last_words_of_any_output_can_be_shown(output: str) -> None:
    words = last_words(output)

    assert len(words.error) <= MOST_SHOWN
    assert not words.error or words.error.isprintable()
    assert words.line is None or 0 <= words.line < 10**9


@fuzz
@given(mutated(COMPLAINTS) | st.text(), st.sampled_from(["server.c", "other.c", "x(.*)+"]))
def test_first_error_of_any_complaint_can_be_shown(output: str, file_name: str) -> None:
    complaint = first_error(output, file_name=file_name)

    assert complaint.text
    assert len(complaint.text) <= MOST_SHOWN
    assert complaint.text.isprintable()
    assert complaint.line is None or 0 <= complaint.line < 10**9
