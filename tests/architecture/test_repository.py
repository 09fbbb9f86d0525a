"""What the repository holds, apart from code: commands that exist, and nothing of one machine."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Addresses of package indexes, and folders that exist on somebody's machine only.
OF_ONE_MACHINE = re.compile(
    r"//[\w.-]*(pypi\.org|pythonhosted\.org|npmjs\.org)|/(home|Users|root|work|opt)/\w+"
)


def _committed_texts() -> dict[str, str]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    others = [ROOT / name for name in names.split("\0") if name and ROOT / name != Path(__file__)]
    return {
        str(path.relative_to(ROOT)): path.read_text(errors="ignore")
        for path in others
        if path.is_file() and "vendor" not in path.parts
    }


def test_files_name_no_index_and_no_machine() -> None:
    texts = _committed_texts()

    found = {
        path: match[0] for path, text in texts.items() if (match := OF_ONE_MACHINE.search(text))
    }

    assert found == {}


@pytest.mark.parametrize(
    "text", ["--index-url https://pypi.org/simple", "see /home/ann/notes", "cd /root/x"]
)
def test_an_index_or_a_machine_is_recognised(text: str) -> None:
    assert OF_ONE_MACHINE.search(text)


def test_readme_names_only_commands_that_exist() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("no README yet")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(re.findall(r"`make ([a-z-]+)|^\s*make ([a-z-]+)", readme.read_text(), re.MULTILINE))

    assert {first or second for first, second in named} <= targets


def test_every_requirement_is_locked_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        entries = re.split(r"^(?=[\w-]+==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]

        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert len(entries) > 30
