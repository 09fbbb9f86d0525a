"""How long something lasts, in a word or two: Django's own begins at minutes."""

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def lasting(since: datetime, until: datetime) -> str:
    """Say "12 s", "3 min" or "2 h 5 min"; one clock may be a little ahead of another's."""
    seconds = max(round((until - since).total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
