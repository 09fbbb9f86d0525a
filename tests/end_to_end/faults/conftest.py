"""A whole site for each kind of database, shared by the tests of this folder: it has to survive."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.faults.databases import KINDS, Database
from tests.end_to_end.faults.site import Site


@pytest.fixture(scope="module", params=list(KINDS))
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    # Not pytest's own folder: the socket's path would be too long, and only root may enter it.
    with tempfile.TemporaryDirectory(prefix="iomodels-db-") as folder:
        made = KINDS[request.param](Path(folder))
        try:
            yield made
        finally:
            made.end()


@pytest.fixture(scope="module")
def site(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"), database)
    try:
        made.start()
        yield made
    finally:
        made.kill()
