"""Every program of the battery, as root and as an ordinary user, traced and not."""

from collections.abc import Callable

import pytest

from tests.end_to_end.attacks.crew import Crew
from tests.end_to_end.attacks.header import Attack, programs

pytestmark = pytest.mark.sandbox
# Measured is a tenth of it (`python -m benchmarks attacks`); a loaded machine is no failure.
MOST_KILLING_NS = 2 * 10**9


# How a server waited is judged by its trace: without one there is nothing to forge.
MODES = [
    pytest.param(attack, is_traced, id=f"{attack.file}-{'' if is_traced else 'un'}traced")
    for attack in programs()
    for is_traced in (False, True)
    if is_traced or not attack.asks
]


@pytest.mark.parametrize(("attack", "is_traced"), MODES)
def test_program_meets_what_it_should(
    crew: Crew, attack: Attack, check_needs: Callable[[Attack, Crew], None], *, is_traced: bool
) -> None:
    check_needs(attack, crew)

    seen = crew.run(attack, is_traced=is_traced)

    assert seen.what & {*attack.expect}, f"{set(seen.what)}: {seen.words}"
    assert seen.left == {}
    assert seen.killing_ns < MOST_KILLING_NS
