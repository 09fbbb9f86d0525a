from dataclasses import replace

import pytest

from grader.sandbox import Excess, Limits, Usage, exceeded

LIMITS = Limits(wall_ns=30, cpu_s=1, memory_bytes=100)
WITHIN = Usage(memory_bytes=100, cpu_ns=1_000_000_000, processes=1, wall_ns=30)


def test_exceeded_allows_a_limit_to_be_reached() -> None:
    assert exceeded(LIMITS, WITHIN) is None


@pytest.mark.parametrize(
    ("usage", "limit"),
    [
        (replace(WITHIN, memory_bytes=101), Excess.MEMORY),
        (replace(WITHIN, cpu_ns=1_000_000_001), Excess.CPU),
        (replace(WITHIN, wall_ns=31), Excess.WALL),
        (replace(WITHIN, memory_bytes=101, wall_ns=31), Excess.MEMORY),
    ],
)
def test_exceeded_names_the_limit(usage: Usage, limit: Excess) -> None:
    assert exceeded(LIMITS, usage) is limit
