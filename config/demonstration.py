"""The accounts with which a new site can be looked at."""

import secrets

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from courses.models import Course, Enrolment

INSTRUCTORS_MAY_EDIT = ("courses", "grader")


@transaction.atomic
def make_accounts(course: Course) -> dict[str, str]:
    """Make student, instructor and operator on a site without people; return name -> password."""
    if User.objects.exists():
        return {}
    passwords = {name: _password() for name in ("student", "instructor", "operator")}
    student = User.objects.create_user("student", password=passwords["student"])
    instructor = User.objects.create_user(
        "instructor", password=passwords["instructor"], is_staff=True
    )
    instructor.groups.add(_instructors())
    operator = User.objects.create_superuser("operator", password=passwords["operator"])
    for user, role in (
        (student, Enrolment.Role.STUDENT),
        (instructor, Enrolment.Role.INSTRUCTOR),
        (operator, Enrolment.Role.INSTRUCTOR),
    ):
        Enrolment.objects.create(course=course, user=user, role=role)
    return passwords


def _password() -> str:
    """Draw about 59 bits, in characters that nobody takes for others."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))


def _instructors() -> Group:
    group, _ = Group.objects.get_or_create(name="Instructors")
    group.permissions.set(
        Permission.objects.filter(content_type__app_label__in=INSTRUCTORS_MAY_EDIT)
    )
    return group
