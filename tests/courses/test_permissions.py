from collections.abc import Callable

import pytest
from django.test import Client

from courses.enrolment import attempts_visible_to, join, standing
from courses.models import Attempt, Enrolment, Lesson
from tests.courses.examples import School, failed_report, traced
from tests.iomodels.figures.samples import sequential

EVERYBODY = (
    "anonymous",
    "stranger",
    "student",
    "other_student",
    "assistant",
    "instructor",
    "staff",
)
COURSE = "/courses/io/"
TO_LOGIN = 302
OK, TO_COURSE, FORBIDDEN, MISSING = 200, 302, 403, 404

# What each of EVERYBODY gets. The attempt is the student's.
ANSWERS = {
    "/": (OK, OK, OK, OK, OK, OK, OK),
    "/accounts/login/": (OK, 302, 302, 302, 302, 302, 302),
    COURSE: (TO_LOGIN, OK, OK, OK, OK, OK, OK),
    f"{COURSE}multiplexing/": (TO_LOGIN, TO_COURSE, OK, OK, OK, OK, OK),
    f"{COURSE}draft/": (TO_LOGIN, TO_COURSE, MISSING, MISSING, OK, OK, OK),
    f"{COURSE}multiplexing/echo/": (TO_LOGIN, TO_COURSE, OK, OK, OK, OK, OK),
    f"{COURSE}draft/echo/": (TO_LOGIN, TO_COURSE, MISSING, MISSING, MISSING, MISSING, MISSING),
    "/attempts/{attempt}/": (TO_LOGIN, MISSING, OK, MISSING, OK, OK, OK),
    "/attempts/{attempt}/state/": (TO_LOGIN, MISSING, OK, MISSING, OK, OK, OK),
    "/attempts/{attempt}/live/": (FORBIDDEN, MISSING, OK, MISSING, OK, OK, OK),
    "/attempts/{attempt}/scenarios/2/timeline/": (TO_LOGIN, MISSING, OK, MISSING, OK, OK, OK),
    "/attempts/{attempt}/scenarios/9/timeline/": (TO_LOGIN, *[MISSING] * 6),
    "/attempts/999999/scenarios/1/timeline/": (TO_LOGIN, *[MISSING] * 6),
    "/courses/none/": (TO_LOGIN, *[MISSING] * 6),
    "/attempts/999999/": (TO_LOGIN, *[MISSING] * 6),
}


@pytest.mark.django_db(transaction=True)  # The live page closes its connection.
@pytest.mark.parametrize(("address", "expected"), ANSWERS.items())
def test_every_page_answers_each_person_as_they_may(
    address: str, expected: tuple[int, ...], school: School, make_attempt: Callable[..., Attempt]
) -> None:
    graded = make_attempt(report=traced(failed_report()), ledgers=[None, sequential()])
    Lesson.objects.create(course=school.course, slug="draft", title="Draft", is_published=False)
    address = address.format(attempt=graded.pk)
    got = {}

    for name in EVERYBODY:
        client = Client()
        if name != "anonymous":
            client.force_login(getattr(school, name))
        got[name] = client.get(address).status_code

    assert got == dict(zip(EVERYBODY, expected, strict=True))


def test_attempts_are_visible_to_their_student_and_to_those_who_teach(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    own, other = make_attempt(), make_attempt(student=school.other_student)
    elsewhere = school.stranger

    assert set(attempts_visible_to(school.student)) == {own}
    assert set(attempts_visible_to(school.assistant)) == {own, other}
    assert set(attempts_visible_to(school.staff)) == {own, other}
    assert set(attempts_visible_to(elsewhere)) == set()


def test_whoever_teaches_elsewhere_sees_nothing_here(
    school: School, make_attempt: Callable[..., Attempt]
) -> None:
    make_attempt()
    other_course = school.course.__class__.objects.create(slug="other", title="Other")
    Enrolment.objects.create(
        course=other_course, user=school.stranger, role=Enrolment.Role.INSTRUCTOR
    )

    assert not attempts_visible_to(school.stranger).exists()


def test_joining_makes_a_student(school: School, client: Client) -> None:
    client.force_login(school.stranger)

    response = client.post(COURSE)

    assert (response.status_code, response["Location"]) == (302, COURSE)
    assert standing(school.stranger, course=school.course).role == Enrolment.Role.STUDENT


def test_joining_again_keeps_the_role(school: School) -> None:
    join(school.course, user=school.assistant)

    assert standing(school.assistant, course=school.course).role == Enrolment.Role.ASSISTANT


def test_signing_out_needs_a_post(school: School, client: Client) -> None:
    client.force_login(school.student)

    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session
