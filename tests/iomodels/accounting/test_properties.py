"""What holds for the ledger of any run at all."""

from itertools import pairwise

from hypothesis import given, settings

from iomodels.analysis import analyse
from iomodels.record import ScenarioRecord
from tests.iomodels.accounting.runs import runs


@settings(max_examples=150)
@given(runs())
def test_ledger_adds_up(record: ScenarioRecord) -> None:
    analysis = analyse(record)
    ledger = analysis.ledger

    assert analysis.trace.refusals == ()
    for life in ledger.lives:
        own = [slept for slept in ledger.sleeps if slept.thread_id == life.thread_id]
        assert 0 <= life.started_ns <= life.ended_ns <= ledger.ended_ns
        assert life.asleep_ns + life.awake_ns == life.ended_ns - life.started_ns
        assert life.asleep_ns == sum(slept.lasted_ns for slept in own)
        assert life.awake_ns >= 0
        assert all(slept.started_ns >= life.started_ns for slept in own)
        assert all(slept.ended_ns <= life.ended_ns for slept in own)
        assert all(before.ended_ns <= after.started_ns for before, after in pairwise(own))
    neglects = [one for slept in ledger.sleeps for one in slept.neglected]
    for one in neglects:
        assert 0 <= one.started_ns <= one.ended_ns <= ledger.ended_ns
    assert 0 <= ledger.totals.harmful_ns <= sum(one.lasted_ns for one in neglects)
    for waiting in ledger.pending:
        assert 0 <= waiting.started_ns <= waiting.ended_ns <= ledger.ended_ns
    assert {mark.at_ns >= 0 for mark in ledger.marks} <= {True}
