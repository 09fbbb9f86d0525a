"""A broker that is not there, hangs or forgets when somebody hands in."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.faults.brokers import Broker
from tests.end_to_end.faults.databases import Sqlite
from tests.end_to_end.faults.site import Site
from tests.end_to_end.faults.students import RIGHT
from tests.end_to_end.processes import until

pytestmark = [pytest.mark.queue, pytest.mark.sandbox]


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def site(tmp_path: Path, own_broker: Broker) -> Iterator[Site]:
    made = Site(tmp_path, Sqlite(tmp_path), environment={"REDIS_URL": own_broker.url})
    own_broker.start()
    try:
        made.start()
        yield made
    finally:
        made.kill()


def test_what_is_handed_in_while_the_broker_is_away_is_graded_later(
    site: Site, own_broker: Broker
) -> None:
    [ada] = site.students(1)
    own_broker.kill()

    attempt = ada.submit(RIGHT)

    status, page = ada.get(f"/attempts/{attempt}/")
    assert (status, "You can leave this page" in page) == (200, True)
    assert site.run_of(attempt)[1] == "queued"
    own_broker.start()
    until(lambda: site.is_over(attempt), within_s=90, what="it is graded without anyone's help")
    assert site.run_of(attempt)[2] == "passed"


def test_what_is_handed_in_while_the_broker_hangs_is_graded_later(
    site: Site, own_broker: Broker
) -> None:
    students = site.students(5)
    own_broker.signal(signal.SIGSTOP)
    try:
        attempts = [student.submit(RIGHT) for student in students]
        pages = [student.get("/")[0] for student in students]
    finally:
        own_broker.signal(signal.SIGCONT)

    assert pages == [200] * 5
    until(lambda: all(map(site.is_over, attempts)), within_s=90, what="all are graded")
    assert {site.run_of(attempt)[2] for attempt in attempts} == {"passed"}
