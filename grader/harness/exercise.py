"""An exercise: a folder of files, read into a value, or refused with file, line and remedy."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.harness import language
from grader.harness.programs import Language
from grader.harness.scenario import Step
from grader.harness.words import ScenarioError
from grader.sandbox import Limits
from iomodels.demands import MODELS, Demands

DEFINITION = "exercise.toml"
STATEMENT, WRONG = "statement.md", "wrong/"
STARTER, SOLUTION = "starter", "solution"  # One for each language, such as starter.py.
SUFFIXES = {".toml", ".md", ".py", ".c", ".txt", ".svg"}
KEYS = {
    "title",
    "transport",
    "languages",
    "io_uring",
    "model",
    "rules",
    "limits",
    "scenario",
}
RULES = {
    "at-most-threads": "at_most_threads",
    "at-most-processes": "at_most_processes",
    "refused-reads": "refused_reads",  # At most so many for each message.
}
SWITCHES = {
    "waits-for-everyone": "waits_for_everyone",
    "sleeps-only-in-readiness": "sleeps_only_in_readiness",
    "rests": "rests",
}
MIB, KIB, SECOND_NS = 1 << 20, 1 << 10, 10**9
LIMITS = {
    "memory-mib": ("memory_bytes", MIB),
    "cpu-s": ("cpu_s", 1),
    "wall-s": ("wall_ns", SECOND_NS),
    "processes": ("processes", 1),
    "open-files": ("open_files", 1),
    "output-kib": ("output_bytes", KIB),
}
LINE_OF_TOML_ERROR = re.compile(r"\(at line (\d+), column (\d+)\)")


class ExerciseError(ValueError):
    """An exercise cannot be used: which file, which line, and what would be right."""

    def __init__(self, message: str, *, file: str = DEFINITION, line: int | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        super().__init__(f"{file}, line {line}: {message}" if line else f"{file}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    points: int
    script: str
    steps: tuple[Step, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """What to build, and how it is examined."""

    title: str
    transport: str  # "tcp" or "udp".
    demands: Demands
    limits: Limits
    scenarios: tuple[Scenario, ...]
    statement: str
    starters: Mapping[Language, str]  # The languages that servers may be written in.
    # Servers may use io_uring: graded only where the operator throws the machine away afterwards.
    uses_rings: bool = False

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(self.starters)

    @property
    def points(self) -> int:
        return sum(scenario.points for scenario in self.scenarios)


def read_folder(path: Path) -> dict[str, str]:
    """Return every text file of an exercise's folder by its relative path."""
    if not (path / DEFINITION).is_file():
        raise ExerciseError(f"There is no such file in {path}.")
    found: dict[str, str] = {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_file() and file.suffix in SUFFIXES:
            try:
                found[name] = file.read_text(encoding="utf-8")
            except UnicodeDecodeError as error:
                raise ExerciseError("This file is not UTF-8 text.", file=name) from error
    return found


def parse(files: Mapping[str, str]) -> Exercise:
    """Return the exercise that these files define. Raise ExerciseError."""
    for name in (DEFINITION, STATEMENT):
        if name not in files:
            raise ExerciseError("This file is missing.", file=name)
    return _Definition(files[DEFINITION]).exercise(files)


class _Definition:
    """exercise.toml, with the means to say on which line something stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = LINE_OF_TOML_ERROR.search(str(error))
            message = LINE_OF_TOML_ERROR.sub("", str(error)).strip()
            raise ExerciseError(
                f"This is no TOML: {message}.",
                line=int(found[1]) if found else None,
            ) from error

    def exercise(self, files: Mapping[str, str]) -> Exercise:
        self._check_keys(self._values, KEYS)
        transport = self._values.get("transport", "tcp")
        if transport not in ("tcp", "udp"):
            raise self._error('\'transport\' is "tcp" or "udp".', "transport")
        return Exercise(
            title=self._string(self._values, "title"),
            transport=transport,
            demands=self._demands(),
            limits=self._limits(),
            scenarios=self._scenarios(transport),
            statement=files[STATEMENT],
            starters=self._starters(files),
            uses_rings=self._uses_rings(),
        )

    def _uses_rings(self) -> bool:
        value = self._values.get("io_uring", False)
        if not isinstance(value, bool):
            raise self._error("'io_uring' is true or false.", "io_uring")
        return value

    def _starters(self, files: Mapping[str, str]) -> dict[Language, str]:
        names = self._values.get("languages", [Language.PYTHON])
        known = ", ".join(f'"{one}"' for one in Language)
        if (
            not isinstance(names, list)
            or not names
            or any(name not in [*Language] for name in names)
            or len(set(names)) < len(names)
        ):
            message = f"'languages' is a list with one or more of {known}."
            raise self._error(message, "languages")
        found = {}
        for one in map(Language, names):
            file = one.file(STARTER)
            if file not in files:
                raise ExerciseError("This file is missing.", file=file)
            found[one] = files[file]
        return found

    def _demands(self) -> Demands:
        model = self._values.get("model")
        if model is not None and model not in MODELS:
            raise self._error(f"'model' is one of {', '.join(MODELS)}.", "model")
        table = self._table("rules", {*RULES, *SWITCHES})
        asked: dict[str, Any] = {
            RULES[key]: self._number(table, key) for key in table if key in RULES
        }
        asked |= {SWITCHES[key]: self._switch(table, key) for key in table if key in SWITCHES}
        return Demands(model=model, **asked)

    def _limits(self) -> Limits:
        table = self._table("limits", set(LIMITS))
        return Limits(
            **{LIMITS[key][0]: self._number(table, key) * LIMITS[key][1] for key in table},
        )

    def _scenarios(self, transport: str) -> tuple[Scenario, ...]:
        tables = self._values.get("scenario", [])
        if not tables or not isinstance(tables, list):
            raise ExerciseError("There is no scenario. Write [[scenario]] with name and script.")
        found: list[Scenario] = []
        at = 0
        for table in tables:
            self._check_keys(table, {"name", "points", "script"})
            name, script = self._string(table, "name"), self._string(table, "script")
            if name in {scenario.name for scenario in found}:
                raise self._error(f"Two scenarios are called '{name}'.", name)
            at = max(at, self._text.find(script, at))
            steps = self._steps(script, transport, first_line=self._line_at(at))
            points = self._number(table, "points")
            found.append(Scenario(name=name, points=points, script=script, steps=steps))
            at += len(script)
        return tuple(found)

    def _steps(self, script: str, transport: str, *, first_line: int) -> tuple[Step, ...]:
        if script not in self._text:
            message = "Write each script between ''' and ''', so that \\n stays as it is."
            raise self._error(message, "script")
        try:
            return language.parse(script, transport=transport)
        except ScenarioError as error:
            message = str(error).partition(": ")[2]
            raise ExerciseError(message, line=first_line + error.line - 1) from error

    def _table(self, name: str, keys: set[str]) -> dict[str, Any]:
        table = self._values.get(name, {})
        if not isinstance(table, dict):
            raise self._error(f"Write [{name}] with one rule a line.", name)
        self._check_keys(table, keys)
        return table

    def _check_keys(self, table: Mapping[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                message = f"'{key}' is not known here. There are: {', '.join(sorted(known))}."
                raise self._error(message, key)

    def _string(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"'{key}' is missing: write {key} = \"...\".", key)
        return value

    def _number(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._error(f"'{key}' is a whole number: write {key} = 10.", key)
        return value

    def _switch(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key)
        if not isinstance(value, bool):
            raise self._error(f"'{key}' is asked for or not: write {key} = true.", key)
        return value

    def _error(self, message: str, key: str) -> ExerciseError:
        found = re.search(rf"^.*{re.escape(key)}.*$", self._text, re.MULTILINE)
        return ExerciseError(message, line=self._line_at(found.start()) if found else None)

    def _line_at(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1
