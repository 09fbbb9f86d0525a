"""Every address of the site."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a view's signature)
    """Answer: this process serves requests. Says nothing about the database or the workers."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("courses.urls")),
]

# A body over the limit gets a page that says 413 and why.
handler400 = "courses.views.bad_request"
# A database that is away gets a page that says 503 and what to do.
handler500 = "courses.views.server_error"
