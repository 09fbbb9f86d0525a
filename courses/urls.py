"""Every address of the courses; the site puts them at its root."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from courses import operations, run_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path(
        "accounts/login/",
        LoginView.as_view(
            template_name="courses/login.html", next_page="home", redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("accounts/logout/", LogoutView.as_view(next_page="home"), name="logout"),
    path("grading/", operations.grading, name="grading"),
    path("readyz", operations.readyz, name="readyz"),
    path("metrics", operations.metrics_page, name="metrics"),
    path("courses/<slug:course>/", views.course, name="course"),
    path("courses/<slug:course>/<slug:lesson>/", views.lesson, name="lesson"),
    path("courses/<slug:course>/<slug:lesson>/<slug:exercise>/", views.exercise, name="exercise"),
    path("attempts/<int:attempt>/", views.attempt, name="attempt"),
    path("attempts/<int:attempt>/live/", views.attempt_live, name="attempt-live"),
    path(
        "attempts/<int:attempt>/scenarios/<int:scenario>/timeline/",
        views.attempt_timeline,
        name="attempt-timeline",
    ),
    path("attempts/<int:attempt>/state/", views.attempt_state, name="attempt-state"),
    path("runs/<int:run>/", run_pages.run, name="run"),
    path("runs/<int:run>/cancel/", run_pages.cancel_run, name="cancel-run"),
    path("runs/<int:run>/again/", run_pages.grade_again, name="grade-again"),
    path("runs/<int:run>/<str:name>", run_pages.artefact, name="artefact"),
]
