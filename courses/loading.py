"""A course folder, read into the database.

    course.toml            title, slug, summary, lessons = ["04-multiplexing"]
    04-multiplexing/
      lesson.md            first line "# Title"; then Markdown
      echo-select/         an exercise, because it has an exercise.toml

Loading the same folder again changes nothing. What has gone from the folder stays in the database:
students' work may hang on it.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from courses.models import Assignment, Course, Lesson
from grader import models as grader
from grader.harness.exercise import ExerciseError, parse, read_folder


class LoadError(Exception):
    """A course folder that cannot be read; the message names the file and the line."""


@transaction.atomic
def load(path: Path) -> Course:
    """Create or update the course that a folder describes, and publish its exercises."""
    about = _read_about(path / "course.toml")
    course, _ = Course.objects.update_or_create(
        slug=about["slug"], defaults={"title": about["title"], "summary": about["summary"]}
    )
    for position, name in enumerate(about["lessons"]):
        _load_lesson(course, path / name, position=position)
    return course


def _read_about(path: Path) -> dict[str, Any]:
    text = _read(path)
    try:
        about = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # It ends with "(at line 3, column 9)" or "(at end of document)".
        said, _, place = str(error).rpartition(" (at ")
        number = re.match(r"line (\d+)", place)
        line = number[1] if number else len(text.splitlines())
        msg = f"course.toml, line {line}: this is no TOML: {said}."
        raise LoadError(msg) from error

    about.setdefault("summary", "")
    for key, kind, example in (
        ("title", str, '"How a program waits"'),
        ("slug", str, '"io-models"'),
        ("summary", str, '"What one learns here."'),
        ("lessons", list, '["04-multiplexing"]'),
    ):
        if not isinstance(about.get(key), kind) or (key != "summary" and not about[key]):
            msg = f"course.toml: a line such as `{key} = {example}` is missing or malformed."
            raise LoadError(msg)
    if not re.fullmatch(r"[-\w]+", about["slug"], re.ASCII):
        line = _line_of(path, "slug")
        msg = f"course.toml, line {line}: a slug may have letters, digits, - and _ only."
        raise LoadError(msg)
    return about


def _load_lesson(course: Course, folder: Path, *, position: int) -> None:
    if not folder.is_dir():
        line = _line_of(folder.parent / "course.toml", folder.name)
        msg = f"course.toml, line {line}: there is no folder {folder.name!r}."
        raise LoadError(msg)
    heading, _, text = _read(folder / "lesson.md").lstrip("\n").partition("\n")
    title = heading.removeprefix("# ").strip()
    if not heading.startswith("# ") or not title:
        msg = f"{folder.name}/lesson.md, line 1: the title goes here, as in `# Multiplexing`."
        raise LoadError(msg)

    lesson, _ = Lesson.objects.update_or_create(
        course=course,
        slug=folder.name,
        defaults={"title": title, "text": text.strip("\n"), "position": position},
    )
    exercises = sorted(file.parent for file in folder.glob("*/exercise.toml"))
    for place, exercise in enumerate(exercises):
        _load_exercise(lesson, exercise, position=place)


def _load_exercise(lesson: Lesson, folder: Path, *, position: int) -> None:
    try:
        files = read_folder(folder)
        definition = parse(files)
    except ExerciseError as error:
        msg = f"{lesson.slug}/{folder.name}/{error}"
        raise LoadError(msg) from error

    exercise, _ = grader.Exercise.objects.get_or_create(
        slug=folder.name, defaults={"title": definition.title}
    )
    exercise.title = definition.title
    exercise.published = _revision(exercise, files)
    exercise.save()
    # Points and dates of an assignment are the instructor's, once it is there.
    assignment, _ = Assignment.objects.get_or_create(
        lesson=lesson,
        slug=folder.name,
        defaults={"exercise": exercise, "points": definition.points},
    )
    assignment.exercise = exercise
    assignment.position = position
    assignment.save()


def _revision(exercise: grader.Exercise, files: dict[str, str]) -> grader.Revision:
    """Return the revision with this content, a new one if there is none."""
    digest = grader.Revision.digest_of(files)
    known = exercise.revisions.filter(digest=digest).first()
    if known:
        return known
    last = exercise.revisions.aggregate(last=Max("number"))["last"] or 0
    return exercise.revisions.create(number=last + 1, files=files, digest=digest)


def _read(path: Path) -> str:
    shown = path.name if path.name == "course.toml" else f"{path.parent.name}/{path.name}"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"{shown}: there is no such file in {path.parent}."
        raise LoadError(msg) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        msg = f"{shown}, line {line}: this is not UTF-8 text."
        raise LoadError(msg) from error


def _line_of(path: Path, word: str) -> int:
    lines = _read(path).split("\n")
    return next((number for number, line in enumerate(lines, start=1) if word in line), 1)
