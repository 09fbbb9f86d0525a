"""No file and no function grows beyond what can be read in one go."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_IN_A_FILE = 400
LINES_IN_A_FUNCTION = 60

ROOMS = ("config", "courses", "grader", "iomodels", "benchmarks", "tests", "tools", ".ci")
SUFFIXES = {".py", ".html", ".css", ".js", ".sh", ""}
NOT_WRITTEN_HERE = {"migrations", "vendor", "__pycache__"}


def _sources() -> list[Path]:
    return [
        path.relative_to(ROOT)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*"))
        if path.is_file()
        and path.suffix in SUFFIXES
        and not NOT_WRITTEN_HERE.intersection(path.parts)
    ]


def _long_functions(source: str, *, limit: int) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > limit
    ]


def test_files_are_not_too_long() -> None:
    lengths = {str(path): len((ROOT / path).read_bytes().splitlines()) for path in _sources()}

    too_long = {path: lines for path, lines in lengths.items() if lines > LINES_IN_A_FILE}

    assert too_long == {}


def test_functions_are_not_too_long() -> None:
    sources = {path: (ROOT / path).read_text() for path in _sources() if path.suffix == ".py"}

    too_long = {
        str(path): names
        for path, source in sources.items()
        if (names := _long_functions(source, limit=LINES_IN_A_FUNCTION))
    }

    assert too_long == {}


@pytest.mark.parametrize(("limit", "found"), [(3, []), (2, ["grow"])])
def test_long_functions_counts_lines(limit: int, found: list[str]) -> None:
    source = "def grow():\n    a = 1\n    return a\n"

    assert _long_functions(source, limit=limit) == found
