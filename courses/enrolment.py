"""Who may see what: every permission of the site is decided here."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from courses.models import Attempt, Course, Enrolment, Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person's rights in one course."""

    course: Course
    role: Enrolment.Role | None  # None: not enrolled.
    is_staff: bool

    @property
    def teaches(self) -> bool:
        return self.is_staff or self.role in Enrolment.TEACHING

    @property
    def may_read(self) -> bool:
        """Lessons and exercises are for everyone who takes part, in whatever role."""
        return self.is_staff or self.role is not None

    @property
    def lessons(self) -> QuerySet[Lesson]:
        """What may be opened: students see published lessons, those who teach see drafts too."""
        lessons = self.course.lessons.all()
        return lessons if self.teaches else lessons.filter(is_published=True)


def standing(user: User, *, course: Course) -> Standing:
    enrolment = Enrolment.objects.filter(user=user, course=course).first()
    role = Enrolment.Role(enrolment.role) if enrolment else None
    return Standing(course=course, role=role, is_staff=user.is_staff)


def join(course: Course, *, user: User) -> None:
    """Enrol as a student; who takes part already keeps their role."""
    Enrolment.objects.get_or_create(course=course, user=user)


def courses_of(user: User) -> QuerySet[Course]:
    return Course.objects.filter(enrolments__user=user)


def attempts_visible_to(user: User) -> QuerySet[Attempt]:
    """One's own; of everybody in the courses one teaches; all for staff."""
    if user.is_staff:
        return Attempt.objects.all()
    taught = Enrolment.objects.filter(user=user, role__in=Enrolment.TEACHING).values("course")
    return Attempt.objects.filter(Q(student=user) | Q(assignment__lesson__course__in=taught))
