"""The pages for those who run the site, and for their monitors."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.requests import SignedInRequest
from courses.throughput import chart
from grader import gauges, metrics
from grader.health import parts
from grader.machines import conditions

A_DAY = timedelta(days=1)
# What became of tries, in the order and the words of the page.
ENDINGS_SHOWN = {
    "recorded": "recorded a result",
    "trouble": "given back after trouble of the grader",
    "handed back": "handed back by a worker that was shut down",
    "silent": "taken back from a silent worker",
    "cancelled": "cancelled while running",
    "late": "came back too late from a silent worker; dropped",
}


@login_required
@never_cache
@require_safe
def grading(request: SignedInRequest) -> HttpResponse:
    """Show the queue, the workers and the last troubles; for htmx the part that changes."""
    if not request.user.is_staff:
        raise PermissionDenied
    if "HX-Request" in request.headers:
        return render(request, "courses/partials/graders.html", _graders())
    context = {"machines": conditions(), **_graders()}
    return render(request, "courses/grading.html", context)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 (a view's signature)
    """Say of each part of the site whether it is there; 503 if one is not."""
    seen = parts()
    body = {
        "ok": all(part.is_ok for part in seen),
        "parts": {part.name: {"ok": part.is_ok, "says": part.says} for part in seen},
    }
    return JsonResponse(body, status=200 if body["ok"] else 503, json_dumps_params={"indent": 1})


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, if it has the token, or staff."""
    token = settings.METRICS_TOKEN
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not (token and constant_time_compare(sent, token)) and not request.user.is_staff:
        says = "Sign in as staff, or set METRICS_TOKEN and send it: Authorization: Bearer ...\n"
        headers = {"WWW-Authenticate": "Bearer"}  # RFC 9110, 11.6.1: a 401 names its scheme.
        return HttpResponse(says, status=401, content_type="text/plain", headers=headers)
    return HttpResponse(metrics.exposition(), content_type=metrics.MEDIA_TYPE)


def _graders() -> dict[str, Any]:
    return {
        "lanes": gauges.lanes(),
        "workers": gauges.workers(),
        "is_sweep_alive": gauges.is_sweep_alive(),
        "is_stalled": gauges.is_stalled(),
        "chart": chart(gauges.throughput()),
        "endings": _told(since=timezone.now() - A_DAY),
        "broken": gauges.broken(),
        "now": timezone.now(),
    }


def _told(*, since: datetime) -> list[tuple[str, int]]:
    counted = gauges.endings(since=since)
    return [(says, counted[ending]) for ending, says in ENDINGS_SHOWN.items()]
