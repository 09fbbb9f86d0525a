"""Things that a page has done for it by a thread, because a broker that hangs must not hold it up.

What is lost with the process is made up for: by the sweep, and by pages that poll.
"""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

logger = logging.getLogger(__name__)

# While the broker hangs each errand takes seconds, and a thousand students hand in.
MOST_WAITING = 32

_waiting: Counter[str] = Counter()
_lock = threading.Lock()
_runner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")


def run_soon(name: str, errand: Callable[[], object]) -> None:
    """Run it in the thread for errands, unless MOST_WAITING of this name are waiting already."""
    with _lock:
        if _waiting[name] >= MOST_WAITING:
            return
        _waiting[name] += 1
    _runner.submit(_run, name, errand)


def _run(name: str, errand: Callable[[], object]) -> None:
    with _lock:
        _waiting[name] -= 1
    try:
        errand()
    except Exception:
        logger.exception("The errand %r failed", name)


def _begin_anew() -> None:
    """Replace what a fork has not copied: the thread, and perhaps a lock that it held."""
    global _runner, _lock  # noqa: PLW0603 (that they are replaced is the point)
    _runner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
    _lock = threading.Lock()
    _waiting.clear()


os.register_at_fork(after_in_child=_begin_anew)
