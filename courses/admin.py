"""What instructors and operators edit by hand."""

from django.contrib import admin

from courses.models import Assignment, Attempt, Course, Enrolment, Lesson


class AssignmentInline(admin.TabularInline[Assignment, Lesson]):
    model = Assignment
    extra = 0
    autocomplete_fields = ("exercise",)


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin[Course]):
    list_display = ("title", "slug", "position")
    prepopulated_fields = {"slug": ("title",)}  # noqa: RUF012 (as Django documents it)
    search_fields = ("title",)


@admin.register(Lesson)
class LessonAdmin(admin.ModelAdmin[Lesson]):
    list_display = ("title", "course", "position", "is_published")
    list_filter = ("course",)
    list_select_related = ("course",)
    search_fields = ("title",)
    inlines = (AssignmentInline,)


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin[Enrolment]):
    list_display = ("user", "course", "role")
    list_filter = ("course", "role")
    list_select_related = ("user", "course")
    autocomplete_fields = ("user",)
    search_fields = ("user__username",)


@admin.register(Attempt)
class AttemptAdmin(admin.ModelAdmin[Attempt]):
    list_display = ("student", "assignment", "number", "created_at")
    list_filter = ("assignment__lesson__course",)
    list_select_related = ("student", "assignment__exercise", "assignment__lesson")
    raw_id_fields = ("assignment", "student", "submission")
    search_fields = ("student__username",)
