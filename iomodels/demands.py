"""What an exercise demands of a server beyond its scenarios."""

from dataclasses import dataclass

from iomodels.models import Family, Model

# An exercise may ask for a model, or for any one of a family.
MODELS = tuple(
    dict.fromkeys(
        name.value for name in (*Model, *Family) if name.value not in ("mixed", "unknown")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """The rules of an exercise; None or False: not asked for."""

    model: str | None = None  # One of MODELS.
    at_most_threads: int | None = None
    at_most_processes: int | None = None
    waits_for_everyone: bool = False
    sleeps_only_in_readiness: bool = False
    rests: bool = False
    refused_reads: int | None = None  # For each message.
