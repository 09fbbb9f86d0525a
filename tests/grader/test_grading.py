import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from pytest_django import Settings

from grader import grading, leaving, machines, queries, sandbox
from grader.exceptions import GraderError, SandboxUnavailable
from grader.harness.examination import Examination, Progress
from grader.harness.pipes import Stopped
from grader.models import Run
from grader.submissions import cancel
from tests.grader.examples import examined, queued, silence

pytestmark = pytest.mark.django_db

Examine = Callable[..., Examination]


@pytest.fixture
def leaving_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this test a byte of its own: a worker that has been asked to end stays asked."""
    monkeypatch.setattr(leaving, "_word", bytearray(1))


@pytest.fixture(autouse=True)
def isolation(monkeypatch: pytest.MonkeyPatch, announced: list[int]) -> grading.Isolation:
    """Take the machine for sound: what `examine` is here starts no program."""
    monkeypatch.setattr(sandbox, "self_test", lambda: ())
    monkeypatch.setattr(grading, "isolation", grading.Isolation())
    return grading.isolation


@pytest.fixture
def examine_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Examine], None]:
    return lambda examine: monkeypatch.setattr(grading, "examine", examine)


def test_grade_next_records_what_was_found(
    examine_with: Callable[[Examine], None], announced: list[int]
) -> None:
    run = queued()
    seen = []

    def examine(exercise: Any, program: bytes, **_: Any) -> Examination:
        seen.append((exercise.title, program))
        return examined()

    examine_with(examine)

    assert not grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert seen == [("Echo", b"print()")]
    assert (run.state, run.outcome, run.worker) == ("finished", "passed", "w1")
    assert announced == [run.pk, run.pk]


def test_grade_next_tells_that_more_is_open(examine_with: Callable[[Examine], None]) -> None:
    queued("ada")
    queued("bob")
    examine_with(lambda *_, **__: examined())

    answers = [grading.grade_next("interactive", worker="w1") for _ in range(3)]

    assert answers == [True, False, False]


def test_grade_next_stores_each_tick(
    examine_with: Callable[[Examine], None], announced: list[int]
) -> None:
    run = queued()
    seen = []

    def examine(*_: Any, on_progress: Callable[[Progress], None], **__: Any) -> Examination:
        for number, outcome in ((1, None), (1, "passed"), (2, None)):
            on_progress(Progress(number=number, of=2, name="", outcome=outcome))
            run.refresh_from_db()
            seen.append([scenario["outcome"] for scenario in run.progress])
        return examined()

    examine_with(examine)
    grading.grade_next("interactive", worker="w1")

    assert seen == [["running", None], ["passed", None], ["passed", "running"]]
    assert run.progress[0]["name"] == "A line comes back"
    assert len(announced) == 5


@pytest.mark.parametrize("trouble", [GraderError, SandboxUnavailable, ZeroDivisionError])
def test_our_trouble_gives_the_run_back(
    trouble: type[Exception], examine_with: Callable[[Examine], None]
) -> None:
    run = queued()

    def examine(*_: Any, **__: Any) -> Examination:
        raise trouble("the driver ended")

    examine_with(examine)

    assert not grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.outcome, run.cause) == (
        Run.State.QUEUED,
        None,
        f"{trouble.__name__}: the driver ended",
    )


@pytest.mark.parametrize(("trouble", "tests"), [(GraderError, 2), (None, 1)])
def test_trouble_makes_a_machine_be_tested_again(
    trouble: type[Exception] | None,
    tests: int,
    examine_with: Callable[[Examine], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    queued("ada")

    def self_test() -> tuple[()]:
        asked.append("sound?")
        return ()

    def examine(*_: Any, **__: Any) -> Examination:
        if trouble:
            raise trouble
        return examined()

    monkeypatch.setattr(sandbox, "self_test", self_test)
    examine_with(examine)
    for _ in range(2):
        grading.grade_next("interactive", worker="w1")

    assert len(asked) == tests


def test_exercise_with_a_mistake_is_our_trouble() -> None:
    run = queued()
    revisions = type(run.submission.revision).objects
    revisions.update(files={"exercise.toml": "", "statement.md": "", "starter.py": ""})

    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert run.state == Run.State.QUEUED
    assert run.cause.startswith("ExerciseError: exercise.toml")


def test_late_result_is_dropped(examine_with: Callable[[Examine], None]) -> None:
    run = queued()

    def examine(*_: Any, **__: Any) -> Examination:
        silence(run)
        queries.claim("interactive", "w2")
        return examined()

    examine_with(examine)
    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.worker) == (Run.State.RUNNING, "w2")


@pytest.mark.parametrize("trouble", [None, Stopped, GraderError])
def test_a_worker_that_comes_back_from_a_silent_claim_is_noted_as_late(
    trouble: type[Exception] | None, examine_with: Callable[[Examine], None]
) -> None:
    run = queued()

    def examine(*_: Any, **__: Any) -> Examination:
        silence(run)
        queries.claim("interactive", "w2")
        if trouble:
            raise trouble("whatever it comes back with")
        return examined()

    examine_with(examine)
    grading.grade_next("interactive", worker="w1")

    assert list(run.claims.values_list("worker", "ending", "is_late")) == [
        ("w1", "silent", True),
        ("w2", "", False),
    ]


def test_nothing_is_claimed_where_nothing_can_be_isolated(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = queued()
    failing = sandbox.Check(
        name="bwrap",
        state=sandbox.State.FAILED,
        detail="not found",
        mend="apt-get install bubblewrap",
    )
    monkeypatch.setattr(sandbox, "self_test", lambda: (failing,))

    assert not grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.tries) == (Run.State.QUEUED, 0)
    assert "apt-get install bubblewrap" in caplog.text
    (machine,) = machines.conditions()
    assert (machine.is_sound, machine.troubles) == (False, (failing,))


def test_self_test_is_run_once_and_again_after_a_failed_sandbox(
    monkeypatch: pytest.MonkeyPatch, isolation: grading.Isolation
) -> None:
    asked = []

    def self_test() -> tuple[()]:
        asked.append("sound?")
        return ()

    monkeypatch.setattr(sandbox, "self_test", self_test)

    isolation.is_sound()
    isolation.is_sound()
    isolation.doubt()
    isolation.is_sound()

    assert len(asked) == 2


def test_a_worker_that_was_asked_to_end_takes_nothing(leaving_byte: None) -> None:
    run = queued()
    leaving.ask()

    assert not grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert run.state == Run.State.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_asked_to_end_hands_back_what_takes_too_long(
    examine_with: Callable[[Examine], None], settings: Settings, leaving_byte: None
) -> None:
    settings.GRADER_GRACE_SECONDS = 0.01
    run = queued()

    def examine(*_: Any, stop: threading.Event, **__: Any) -> Examination:
        leaving.ask()
        assert stop.wait(timeout=10)
        raise Stopped

    examine_with(examine)

    assert not grading.grade_next("interactive", worker="w1")
    run.refresh_from_db()
    assert (run.state, run.tries, run.cause) == (Run.State.QUEUED, 0, "")


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_run_is_let_go(examine_with: Callable[[Examine], None]) -> None:
    run = queued()

    def examine(*_: Any, stop: threading.Event, **__: Any) -> Examination:
        assert cancel(run, by=run.submission.submitter)
        assert stop.wait(timeout=10)
        raise Stopped

    examine_with(examine)
    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.outcome) == (Run.State.CANCELLED, None)
    assert list(run.claims.values_list("ending", "is_late")) == [("cancelled", False)]


@pytest.mark.django_db(transaction=True)
def test_a_held_run_is_renewed(
    examine_with: Callable[[Examine], None], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GRADER_LEASE_SECONDS = 0.3
    run = queued()
    renewed = threading.Event()
    renew = queries.renew

    def renew_and_tell(run: Run) -> bool:
        is_held = renew(run)
        renewed.set()
        return is_held

    def examine(*_: Any, **__: Any) -> Examination:
        assert renewed.wait(timeout=10)
        return examined()

    examine_with(examine)
    monkeypatch.setattr(queries, "renew", renew_and_tell)
    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.renewals > 0) == (Run.State.FINISHED, True)


@pytest.mark.django_db(transaction=True)
def test_a_hold_survives_a_database_that_is_away(
    examine_with: Callable[[Examine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued()
    looks: list[Run] = []
    is_asked_again = threading.Event()

    def be_away(run: Run) -> bool:
        looks.append(run)
        if len(looks) > 1:
            is_asked_again.set()
        raise OperationalError("no database")

    def examine(*_: Any, stop: threading.Event, **__: Any) -> Examination:
        assert is_asked_again.wait(timeout=10)
        assert not stop.is_set()
        return examined()

    examine_with(examine)
    monkeypatch.setattr(queries, "is_held", be_away)
    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert run.state == Run.State.FINISHED


@pytest.mark.django_db(transaction=True)
def test_a_result_is_kept_until_the_database_is_there(
    examine_with: Callable[[Examine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued()
    troubles = iter([OperationalError("no database"), InterfaceError("no connection")])
    record = queries.record_result

    def record_at_last(run: Run, examination: Examination) -> bool:
        if trouble := next(troubles, None):
            raise trouble
        return record(run, examination)

    examine_with(lambda *_, **__: examined())
    monkeypatch.setattr(queries, "record_result", record_at_last)
    monkeypatch.setattr(grading, "FIRST_PAUSE_S", 0.001)
    grading.grade_next("interactive", worker="w1")

    run.refresh_from_db()
    assert (run.state, run.tries) == (Run.State.FINISHED, 1)


@pytest.mark.django_db(transaction=True)
def test_no_tick_is_tried_while_the_last_one_could_not_be_stored(
    examine_with: Callable[[Examine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    queued()
    tried: list[int] = []

    def be_away(_: Run, progress: list[dict[str, Any]]) -> bool:
        tried.append(sum(one["outcome"] is not None for one in progress))
        raise OperationalError("database is locked")

    def examine(*_: Any, on_progress: Callable[[Progress], None], **__: Any) -> Examination:
        for number in (1, 2):
            on_progress(Progress(number=number, of=2, name="", outcome=None))
        return examined()

    examine_with(examine)
    monkeypatch.setattr(queries, "record_progress", be_away)
    grading.grade_next("interactive", worker="w1")

    assert tried == [1]
    assert Run.objects.get().state == Run.State.FINISHED
