from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.loading import LoadError, load
from courses.models import Assignment, Course, Lesson
from grader.models import Exercise, Revision
from tests.courses.examples import EXERCISE_FILES

pytestmark = pytest.mark.django_db

COURSE_TOML = """\
title = "How a program waits"
slug = "io"
summary = "Five models."
lessons = ["02-select", "01-read"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a course with two lessons, the first of which has an exercise."""
    (tmp_path / "course.toml").write_text(COURSE_TOML)
    exercise = tmp_path / "02-select" / "echo"
    exercise.mkdir(parents=True)
    (tmp_path / "02-select" / "lesson.md").write_text("# Select\n\nIt *waits*.\n")
    for name, text in EXERCISE_FILES.items():
        (exercise / name).write_text(text)
    (tmp_path / "01-read").mkdir()
    (tmp_path / "01-read" / "lesson.md").write_text("# Read\n")
    return tmp_path


def test_a_folder_becomes_a_course(folder: Path) -> None:
    course = load(folder)

    assert (course.slug, course.title, course.summary) == (
        "io",
        "How a program waits",
        "Five models.",
    )
    lessons = course.lessons.values_list("slug", "title", "text")
    assert list(lessons) == [("02-select", "Select", "It *waits*."), ("01-read", "Read", "")]
    assignment = Assignment.objects.get()
    assert (assignment.slug, assignment.points, assignment.lesson.slug) == (
        "echo",
        10,
        "02-select",
    )
    published = assignment.exercise.published
    assert published is not None
    assert (published.number, published.files) == (1, EXERCISE_FILES)


def test_loading_again_changes_nothing(folder: Path) -> None:
    load(folder)
    models = (Course, Lesson, Assignment, Exercise, Revision)
    before = [list(model._default_manager.values()) for model in models]

    load(folder)

    assert [list(model._default_manager.values()) for model in models] == before


def test_a_changed_exercise_gets_a_new_revision_and_keeps_the_old(folder: Path) -> None:
    load(folder)
    (folder / "02-select" / "echo" / "statement.md").write_text("Once more.\n")

    load(folder)

    exercise = Exercise.objects.get()
    assert list(exercise.revisions.values_list("number", flat=True)) == [1, 2]
    assert exercise.published == exercise.revisions.get(number=2)


def test_an_exercise_changed_back_gets_its_old_revision_back(folder: Path) -> None:
    statement = folder / "02-select" / "echo" / "statement.md"
    for text in (EXERCISE_FILES["statement.md"], "Once more.\n", EXERCISE_FILES["statement.md"]):
        statement.write_text(text)
        load(folder)

    published = Exercise.objects.get().published
    assert published is not None
    assert (published.number, Revision.objects.count()) == (1, 2)


def test_the_instructors_points_are_kept(folder: Path) -> None:
    load(folder)
    Assignment.objects.update(points=50)

    load(folder)

    assert Assignment.objects.get().points == 50


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("course.toml", "title = ", r"course\.toml, line 1: "),
        ("course.toml", 'title = "T"\nslug = "io"\n', r"course\.toml: a line such as `lessons = "),
        ("course.toml", COURSE_TOML.replace('"io"', '"i o"'), r"course\.toml, line 2: a slug "),
        (
            "course.toml",
            COURSE_TOML.replace("01-read", "03-poll"),
            r"course\.toml, line 4: there is no folder '03-poll'",
        ),
        ("02-select/lesson.md", "Select\n", r"02-select/lesson\.md, line 1: the title goes here"),
        (
            "02-select/echo/exercise.toml",
            EXERCISE_FILES["exercise.toml"].replace("connect A B", "conect A B"),
            r"02-select/echo/exercise\.toml, line 18: ",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    folder: Path, file: str, content: str, message: str
) -> None:
    (folder / file).write_text(content)

    with pytest.raises(LoadError, match=f"^{message}"):
        load(folder)

    assert not Course.objects.exists()


def test_what_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "01-read" / "lesson.md").write_bytes(b"# Read\n\n\xff\n")

    with pytest.raises(LoadError, match=r"^01-read/lesson\.md, line 3: this is not UTF-8 text"):
        load(folder)


def test_the_command_reports_what_it_loaded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_course", folder)

    assert capsys.readouterr().out == "How a program waits: 2 lessons loaded.\n"


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"course\.toml: there is no such file"):
        call_command("load_course", tmp_path)


def test_the_shipped_course_loads() -> None:
    course = load(Path(__file__).parents[2] / "iomodels" / "course")

    assert course.slug == "io-models"
    assert Assignment.objects.filter(slug="echo-select", exercise__published__isnull=False).exists()
