"""One measured number beside the number to reach."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    what: str
    measured: float
    to_reach: float  # The largest value that is good enough.
    unit: str  # "ms", "s", "" for a count.

    @property
    def is_reached(self) -> bool:
        return self.measured <= self.to_reach

    def as_json(self) -> dict[str, str | float | bool]:
        return {**asdict(self), "ok": self.is_reached}
