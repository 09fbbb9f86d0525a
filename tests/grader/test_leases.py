import pytest
from pytest_django import Settings

from grader.leases import Leases, looks_of_a_lease
from grader.models import Run

pytestmark = pytest.mark.usefixtures("three_looks")


@pytest.fixture
def three_looks(settings: Settings) -> None:
    """Let a lease be the shortest that there is."""
    settings.GRADER_LEASE_SECONDS = settings.GRADER_SWEEP_SECONDS = 1


def held(pk: int = 1, *, fence: int = 1, renewals: int = 0) -> Run:
    return Run(pk=pk, state=Run.State.RUNNING, fence=fence, renewals=renewals)


def lapsed(looks: list[list[Run]]) -> list[list[int]]:
    """Look at one list of runs after the other; return the numbers of those that have lapsed."""
    leases = Leases()
    return [[run.pk for run in leases.look(running)] for running in looks]


@pytest.mark.parametrize(("lease_s", "sweep_s", "looks"), [(15, 2, 9), (2, 0.5, 5), (1, 5, 3)])
def test_a_lease_has_as_many_looks_as_last_so_long(
    lease_s: float, sweep_s: float, looks: int, settings: Settings
) -> None:
    settings.GRADER_LEASE_SECONDS, settings.GRADER_SWEEP_SECONDS = lease_s, sweep_s

    assert looks_of_a_lease() == looks


def test_a_claim_lapses_when_it_has_stood_still_for_a_lease() -> None:
    assert lapsed([[held()]] * 4) == [[], [], [1], [1]]


def test_each_run_is_counted_for_itself() -> None:
    looks = [[held(1)], [held(1), held(2)], [held(1), held(2)], [held(1), held(2)]]

    assert lapsed(looks) == [[], [], [1], [1, 2]]


def test_a_renewal_begins_anew() -> None:
    looks = [held(), held(), held(renewals=1), held(renewals=1), held(renewals=1)]

    assert lapsed([[run] for run in looks]) == [[], [], [], [], [1]]


def test_another_claim_begins_anew() -> None:
    looks = [held(), held(), held(fence=2), held(fence=2), held(fence=2)]

    assert lapsed([[run] for run in looks]) == [[], [], [], [], [1]]


def test_a_run_that_was_not_held_is_forgotten() -> None:
    assert lapsed([[held()], [held()], [], [held()], [held()], [held()]]) == [
        *([], [], [], [], []),
        [1],
    ]
