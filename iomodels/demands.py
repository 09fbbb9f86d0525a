"""What an exercise demands of a server beyond its scenarios."""

from dataclasses import dataclass

MODELS = ("blocking", "non-blocking", "select", "poll", "epoll", "signal-driven", "io_uring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """The rules of an exercise; None: not asked for."""

    model: str | None = None  # One of MODELS.
    at_most_threads: int | None = None
    at_most_processes: int | None = None
