"""Whose a file is, for a Python program that is more than the one file handed in."""

import pytest

from grader.harness.python_lines import is_handed_in, is_nobody_elses


@pytest.mark.parametrize(
    ("path", "is_own"),
    [
        ("/srv/app/server.py", True),
        ("<string>", True),
        ("/usr/lib/python3.11/socketserver.py", False),
        ("/srv/app/.venv/lib/python3.11/site-packages/gunicorn/sock.py", False),
        ("/usr/lib/python3/dist-packages/twisted/main.py", False),
        ("<frozen runpy>", False),
    ],
)
def test_own_files_are_told_from_pythons_and_packages(path: str, *, is_own: bool) -> None:
    assert is_nobody_elses(path) is is_own


def test_only_the_sandboxs_folder_was_handed_in() -> None:
    assert is_handed_in("/w/server.py")
    assert not is_handed_in("/srv/w/server.py")
