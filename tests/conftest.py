"""What holds for every test: settings of its own, a database in a file, the browser last."""

import os
import shutil
import tempfile
from pathlib import Path

import django
import hypothesis
import pytest
from django.db import connections

ROOT = Path(__file__).parent.parent

# The developer's own site must neither be read nor woken by a test: no settings from the caller's
# environment (but for the database, which one may want to choose), and a folder that ends with the
# tests. Its name is short because the broker's socket lies in it. All of this must come before
# Django reads its settings, which is why they are named here and not in pyproject.toml.
OURS = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "HTTPS", "LOG_LEVEL", "REDIS_URL")
for name in [name for name in os.environ if name in OURS or name.startswith("GRADER_")]:
    del os.environ[name]
VAR = Path(tempfile.mkdtemp(prefix="iomodels-tests-"))
os.environ["IOMODELS_VAR"] = str(VAR)
# Who runs the tests may have no control group; where one can be had, it is used.
os.environ.setdefault("SANDBOX_ALLOW_NO_CGROUP", "1")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from grader import places  # noqa: E402 (models cannot be imported sooner)

# A slow machine is no reason to call a property wrong.
hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)
# For `make fuzz`, which chooses the fuzz tests alone: tests/fuzzing.py.
hypothesis.settings.register_profile("nightly", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unhurried"))


def pytest_unconfigure() -> None:
    shutil.rmtree(VAR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is quick first, and the browser's tests last.

    Playwright's event loop runs in the tests' own thread until the session ends: no test after
    that could use asyncio.run(), or Django's database without special measures.
    """
    for item in items:
        if "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return 1 if "end_to_end" in item.path.parts else 0


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep SQLite's test database in a file: other threads and processes must see the same rows."""
    default = connections.settings["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        default["TEST"]["NAME"] = str(VAR / "test.sqlite3")


@pytest.fixture(autouse=True)
def errands_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread do later what a test looks for now; whole sites do it as they do."""
    if "end_to_end" not in request.path.parts:
        monkeypatch.setattr("grader.submissions.run_soon", lambda _, errand: errand())


@pytest.fixture(autouse=True)
def no_pace_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the workers and gradings that this process has seen: they were another test's."""
    monkeypatch.setattr(places, "_shared", places.SharedPace())


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder for what people want to look at after the tests: pictures, logs."""
    folder = ROOT / "var" / "test-artefacts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
