"""Waiting for a descriptor, for a while."""

import select


def is_readable(descriptor: int, *, within_ms: int) -> bool:
    """Tell whether a descriptor is readable, or becomes so within some milliseconds."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(within_ms))
