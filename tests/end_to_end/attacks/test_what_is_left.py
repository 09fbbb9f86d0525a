"""After the whole battery there is no more on the host than before."""

import pytest

from grader import sandbox
from tests.end_to_end.attacks.crew import Crew
from tests.end_to_end.attacks.remains import Remains, look, those_who_stay

pytestmark = pytest.mark.sandbox


def test_nothing_is_left_of_the_battery(before: Remains, crews: list[Crew]) -> None:
    for crew in crews:
        crew.close()
    sandbox.sweep()  # The task of whoever starts a driver.

    now = look()

    assert those_who_stay(now.processes - before.processes) == []
    assert now.namespaces <= before.namespaces
    assert now.mounts <= before.mounts
    assert now.groups <= before.groups
    assert now.files <= before.files
