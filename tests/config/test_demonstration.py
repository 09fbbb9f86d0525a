import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.demonstration import make_accounts
from courses.models import Course

pytestmark = pytest.mark.django_db


def test_accounts_can_sign_in_and_are_enrolled() -> None:
    course = Course.objects.create(slug="io", title="I/O")

    passwords = make_accounts(course)

    signed_in = {
        name: Client().login(username=name, password=passwords[name]) for name in passwords
    }
    assert signed_in == {"student": True, "instructor": True, "operator": True}
    assert list(course.enrolments.values_list("user__username", "role").order_by("pk")) == [
        ("student", "student"),
        ("instructor", "instructor"),
        ("operator", "instructor"),
    ]


def test_accounts_are_made_on_a_site_without_people_only() -> None:
    User.objects.create(username="ada")

    assert make_accounts(Course.objects.create(slug="io", title="I/O")) == {}
    assert User.objects.count() == 1


def test_instructor_edits_courses_and_not_people() -> None:
    make_accounts(Course.objects.create(slug="io", title="I/O"))

    instructor = User.objects.get(username="instructor")

    assert instructor.has_perm("courses.change_lesson")
    assert not instructor.has_perm("auth.change_user")
