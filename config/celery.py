"""The Celery application that workers are started with: `celery -A config.celery worker`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Root is right for a worker: only root can give each grading a uid of its own (grader.sandbox).
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("iomodels")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["grader"])
