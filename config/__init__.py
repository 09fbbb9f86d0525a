"""The site: settings, addresses, the Celery app, and what runs it all on one machine."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
