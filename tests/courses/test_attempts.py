import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from courses.attempts import Effort, NotAccepting, hand_in, history, plan, run_to_show
from courses.models import Assignment, Attempt
from grader.models import Exercise, Run
from tests.courses.examples import PROGRAM, School

ADDRESS = "/courses/io/multiplexing/echo/"


@pytest.fixture(autouse=True)
def without_workers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the lanes that would have been woken; there is no broker here."""
    woken: list[str] = []
    monkeypatch.setattr("grader.submissions.wake", woken.append)
    return woken


def test_handing_in_numbers_the_attempts_of_each_student(school: School) -> None:
    first = hand_in(school.assignment, student=school.student, program="pass\n")
    second = hand_in(school.assignment, student=school.student, program="pass\n")
    other = hand_in(school.assignment, student=school.other_student, program="pass\n")

    assert (first.number, second.number, other.number) == (1, 2, 1)
    assert first.submission.runs.get().state == Run.State.QUEUED
    assert first.submission.revision == school.assignment.exercise.published


@pytest.mark.django_db(transaction=True)
def test_handing_in_twice_at_once_gives_two_numbers(
    school: School, without_workers: list[str]
) -> None:
    begin = threading.Barrier(4)

    def press_submit() -> None:
        begin.wait()
        hand_in(school.assignment, student=school.student, program="pass\n")
        connections.close_all()

    threads = [threading.Thread(target=press_submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Attempt.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert without_workers == ["interactive"] * 4


def test_handing_in_before_the_opening_is_refused(school: School) -> None:
    school.assignment.opens_at = timezone.now() + timedelta(hours=1)

    with pytest.raises(NotAccepting):
        hand_in(school.assignment, student=school.student, program="pass\n")


def test_handing_in_without_a_published_revision_is_refused(school: School) -> None:
    Exercise.objects.update(published=None)

    with pytest.raises(NotAccepting):
        hand_in(Assignment.objects.get(), student=school.student, program="pass\n")


def test_submitting_leads_to_the_attempt(school: School, client: Client) -> None:
    client.force_login(school.student)

    response = client.post(ADDRESS, {"program": "print(1)\r\n"})

    attempt = Attempt.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/attempts/{attempt.pk}/")
    assert attempt.submission.program == "print(1)\n"


def test_the_editor_goes_on_from_the_last_attempt(
    school: School, client: Client, make_attempt: Callable[..., Attempt]
) -> None:
    client.force_login(school.student)

    assert "# Begin here." in client.get(ADDRESS).content.decode()

    make_attempt()
    page = client.get(ADDRESS)
    assert page.context["form"]["program"].value() == PROGRAM
    assert "Your attempts" in page.content.decode()


def test_a_refused_program_is_kept_in_the_editor(school: School, client: Client) -> None:
    client.force_login(school.student)

    page = client.post(ADDRESS, {"program": "a = '\0'\nprint('kept')\n"}).content.decode()

    assert "Line 1 has a NUL byte" in page
    assert "print(&#x27;kept&#x27;)" in page
    assert not Attempt.objects.exists()


def test_an_unfinished_regrade_does_not_hide_the_verdict(
    make_attempt: Callable[..., Attempt], failed_report: dict[str, object]
) -> None:
    attempt = make_attempt(report=failed_report)
    first = attempt.submission.runs.get()
    regrade = attempt.submission.runs.create(reason=Run.Reason.REGRADE)

    assert run_to_show(attempt.submission.runs.all()) == first

    regrade.state = Run.State.FINISHED
    assert run_to_show([regrade, first]) == regrade


def test_a_repeat_takes_the_place_of_the_undecided_run(
    make_attempt: Callable[..., Attempt], undecided_report: dict[str, object]
) -> None:
    attempt = make_attempt(report=undecided_report)
    repeat = attempt.submission.runs.create(reason=Run.Reason.REPEAT)

    assert run_to_show(attempt.submission.runs.all()) == repeat


def test_plan_says_what_has_been_reached(
    school: School,
    make_attempt: Callable[..., Attempt],
    failed_report: dict[str, object],
    passed_report: dict[str, object],
) -> None:
    make_attempt(report=failed_report)
    make_attempt(report=passed_report)
    make_attempt()
    make_attempt(student=school.other_student)

    [(lesson, [(assignment, effort)])] = plan([school.lesson], student=school.student)

    assert (lesson, assignment) == (school.lesson, school.assignment)
    assert effort == Effort(tries=3, points=10, out_of=10, has_passed=True)


def test_history_is_newest_first_and_only_ones_own(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    attempts = [make_attempt(), make_attempt()]
    make_attempt(student=school.other_student)

    rows = history(school.assignment, student=school.student)

    assert [attempt for attempt, _ in rows] == attempts[::-1]
