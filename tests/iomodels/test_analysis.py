"""A recorded run is judged the same however strace was scheduled, and wherever it was stored."""

import json
from dataclasses import replace
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iomodels.analysis import analyse
from iomodels.judging import Task, judge
from iomodels.record import Record, as_json
from iomodels.trace.sifting import pack, unpack
from tests.iomodels.interleaving import interleaved
from tests.traces.recording import Recording, recording, recordings

OF_SEVERAL_THREADS = [
    recording("threads-one-lock.c later"),
    recording("mixed-by-turns.py observation"),
    recording("process-per-client.c observation"),
    recording("thread-pool-queue.c observation"),
]


@pytest.mark.parametrize("one", OF_SEVERAL_THREADS, ids=lambda one: one.name)
@settings(max_examples=20)
@given(random=st.randoms(use_true_random=False))
def test_order_of_other_threads_lines_changes_nothing(one: Recording, random: Random) -> None:
    record = one.load()
    expected = analyse(record)

    other = analyse(replace(record, trace=pack(interleaved(unpack(record.trace), random))))

    assert other.trace.refusals == ()
    assert other.ledger == expected.ledger
    assert other.recognition == expected.recognition
    assert other.story.reads == expected.story.reads
    assert other.story.accepts == expected.story.accepts


def test_lines_are_really_interleaved() -> None:
    trace = unpack(recording("mixed-by-turns.py observation").load().trace)

    other = interleaved(trace, Random(1))

    assert other.count("unfinished") > 2 * trace.count("unfinished")
    assert sorted(other.split()) != sorted(trace.split())


@pytest.mark.parametrize("one", list(recordings()), ids=lambda one: one.name)
def test_record_that_was_stored_is_judged_to_the_same_report(one: Recording) -> None:
    record = Record(scenarios=(one.load(),), seed=7)
    tasks, demands = [Task(name=one.scenario, points=1, script="")], one.server.demands()

    stored = json.loads(json.dumps(as_json(record)))
    restored = msgspec.convert(stored, Record)

    assert restored == record
    assert judge("Zoo", tasks, demands, restored) == judge("Zoo", tasks, demands, record)
