"""Run inside a site: makes students who are signed in already, and prints how.

python -m tests.end_to_end.faults.people 200

A thousand passwords would take PBKDF2 five minutes; a session is what signing in leaves.
"""

import json
import os
import sys

import django


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from courses.models import Course, Enrolment  # noqa: PLC0415

    course = Course.objects.get(slug="faults")
    people = []
    with transaction.atomic():
        for number in range(count):
            user = User.objects.create(username=f"student-{User.objects.count()}-{number}")
            Enrolment.objects.create(course=course, user=user)
            people.append({"name": user.username, "session": _session(user)})
    json.dump(people, sys.stdout)


def _session(user: object) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
    store.save()
    return str(store.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]))
