"""Notices runs whose holder has fallen silent, by counting looks instead of comparing clocks."""

import math
from dataclasses import dataclass, field

from django.conf import settings

from grader.models import Run


def looks_of_a_lease() -> int:
    """Return in how many looks in a row a claim must stand still until it has lapsed.

    The looks are GRADER_SWEEP_SECONDS apart, so the lease is at least as long as it is said to be.
    At least three: of a machine that slept, the first look may come before the first renewal.
    """
    return max(3, math.ceil(settings.GRADER_LEASE_SECONDS / settings.GRADER_SWEEP_SECONDS) + 1)


@dataclass(slots=True)
class Leases:
    """What was seen of each running run, and in how many looks since."""

    _seen: dict[int, tuple[tuple[int, int], int]] = field(default_factory=dict)

    def look(self, running: list[Run]) -> list[Run]:
        """Look once; return those that have stood still for a lease.

        `running` are all runs that are held now. A look while the database could not be written to
        is none and must not be made: nobody could renew either.
        """
        enough = looks_of_a_lease()
        before, self._seen = self._seen, {}
        for run in running:
            sign = (run.fence, run.renewals)
            sign_before, looks = before.get(run.pk, (sign, 0))
            self._seen[run.pk] = (sign, looks + 1 if sign == sign_before else 1)
        return [run for run in running if self._seen[run.pk][1] >= enough]
