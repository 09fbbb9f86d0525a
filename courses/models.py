"""Courses with their lessons and people, and what students hand in."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone


class Course(models.Model):
    """One offering of a course."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="Shown in the list of courses; plain text.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "title")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.slug])


class Lesson(models.Model):
    """A page of a course, with its exercises."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True, help_text="Markdown.")
    is_published = models.BooleanField(default=True, help_text="Students see published lessons.")

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("course", "slug"), name="courses_lesson_no_two_under_one_address"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lesson", args=[self.course.slug, self.slug])


class Enrolment(models.Model):
    """A person's part in a course."""

    class Role(models.TextChoices):
        STUDENT = "student", "student"
        ASSISTANT = "assistant", "assistant"
        INSTRUCTOR = "instructor", "instructor"

    TEACHING = (Role.ASSISTANT, Role.INSTRUCTOR)

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("course", "user"), name="courses_enrolment_no_person_twice"
            ),
            models.CheckConstraint(
                condition=Q(role__in=("student", "assistant", "instructor")),
                name="courses_enrolment_no_unknown_role",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.course} ({self.role})"


class Assignment(models.Model):
    """An exercise placed in a lesson of a course."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="assignments")
    exercise = models.ForeignKey(
        "grader.Exercise", on_delete=models.PROTECT, related_name="assignments"
    )
    slug = models.SlugField()
    position = models.PositiveIntegerField(default=0)
    points = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1)], help_text="What a pass is worth here."
    )
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("lesson", "slug"), name="courses_assignment_no_two_under_one_address"
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(due_at=None) | Q(opens_at__lt=F("due_at")),
                name="courses_assignment_not_due_before_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0), name="courses_assignment_not_worth_nothing"
            ),
        )

    def __str__(self) -> str:
        return f"{self.exercise} in {self.lesson}"

    def get_absolute_url(self) -> str:
        return reverse("exercise", args=[self.lesson.course.slug, self.lesson.slug, self.slug])

    @property
    def is_open(self) -> bool:
        return self.opens_at is None or self.opens_at <= timezone.now()


class Attempt(models.Model):
    """A student's n-th try at an assignment."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="attempts")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts"
    )
    number = models.PositiveIntegerField(help_text="1 for the first.")
    submission = models.OneToOneField(
        "grader.Submission", on_delete=models.PROTECT, related_name="attempt"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("assignment", "student", "number"), name="courses_attempt_no_number_twice"
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0), name="courses_attempt_numbers_start_at_one"
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.number} at {self.assignment}"

    def get_absolute_url(self) -> str:
        return reverse("attempt", args=[self.pk])

    @property
    def is_late(self) -> bool:
        due_at = self.assignment.due_at
        return due_at is not None and due_at < self.created_at
