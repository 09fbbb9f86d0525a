"""What the repository holds, apart from code: commands that exist, and nothing of one machine."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
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
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(
        re.findall(r"`make ([a-z0-9-]+)|^\s*make ([a-z0-9-]+)", readme.read_text(), re.MULTILINE)
    )

    assert {first or second for first, second in named} <= targets


def test_every_requirement_is_locked_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        entries = re.split(r"^(?=[\w-]+==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]

        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert len(entries) > 30


def test_site_imports_only_what_is_installed_for_it() -> None:
    """The tests have more installed than a site has: a forgotten requirement shows only here."""
    distributions = packages_distributions()
    ours = {"config", "courses", "grader", "iomodels"}
    sources = [ROOT / "manage.py", *(path for room in ours for path in (ROOT / room).rglob("*.py"))]
    locked = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))

    imported = {name for path in sources for name in _imports(path.read_text())}
    foreign = imported - ours - set(sys.stdlib_module_names)

    assert {name for name in foreign if not _names(distributions.get(name, [])) & locked} == set()
    assert "django" in foreign


def _imports(source: str) -> set[str]:
    """Collect the top-level packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _names(distributions: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", name).lower() for name in distributions}
