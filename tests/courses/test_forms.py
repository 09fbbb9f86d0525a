import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.forms import SubmissionForm
from grader.harness.programs import Language

BOTH = (Language.PYTHON, Language.C)


def errors(program: str = "", file: bytes | None = None) -> dict[str, list[str]]:
    files = {} if file is None else {"file": SimpleUploadedFile("server.py", file)}
    form = SubmissionForm({"program": program}, files)
    return {field: list(map(str, messages)) for field, messages in form.errors.items()}


def test_a_program_is_taken_as_it_is_with_the_line_ends_of_a_file() -> None:
    form = SubmissionForm({"program": "  a = 1\r\n\r\n"})

    assert form.is_valid()
    assert form.cleaned_data["program"] == "  a = 1\n\n"


def test_a_chosen_file_wins_over_the_text() -> None:
    file = SimpleUploadedFile("other.py", "print('é')\n".encode())

    form = SubmissionForm({"program": "text"}, {"file": file})

    assert form.is_valid()
    assert form.cleaned_data["program"] == "print('é')\n"


@pytest.mark.parametrize("program", ["", " \n\t\n"])
def test_an_empty_program_is_refused(program: str) -> None:
    assert "it is empty" in errors(program)["program"][0]


def test_an_empty_file_is_refused() -> None:
    assert "it is empty" in errors("text", b"")["file"][0]


def test_exactly_256_kib_are_accepted() -> None:
    assert errors("é" * 131_072) == {}
    assert errors(file=b"#" * 262_144) == {}


def test_one_byte_more_is_refused_with_the_size() -> None:
    message = "it has 262,145 bytes, and at most 262,144 are accepted"

    assert message in errors("é" * 131_072 + "#")["program"][0]
    assert message in errors(file=b"#" * 262_145)["file"][0]


def test_a_file_that_is_not_utf8_is_refused_with_the_line_and_the_byte() -> None:
    message = errors(file=b"# first\n# caf\xe9\n")["file"][0]

    assert "line 2 has the byte 0xe9" in message


def test_a_nul_byte_is_refused_with_the_line() -> None:
    assert "Line 2 has a NUL byte" in errors("a\nb\0c\n")["program"][0]
    assert "Line 1 has a NUL byte" in errors(file=b"\0")["file"][0]


@pytest.mark.parametrize(
    ("language", "file", "file_name"),
    [
        ("", None, "server.py"),
        ("python", None, "server.py"),
        ("c", None, "server.c"),
        ("c", "mine.py", "server.py"),
        ("python", "mine.C", "server.c"),
        ("c", "mine.txt", "server.c"),
    ],
)
def test_the_files_name_says_the_language_else_the_page(
    language: str, file: str | None, file_name: str
) -> None:
    files = {"file": SimpleUploadedFile(file, b"x")} if file else {}

    form = SubmissionForm({"program": "x", "language": language}, files, languages=BOTH)

    assert form.is_valid()
    assert form.cleaned_data["file_name"] == file_name


def test_a_file_in_a_language_that_is_not_taken_is_refused() -> None:
    form = SubmissionForm({"program": ""}, {"file": SimpleUploadedFile("server.c", b"int x;")})

    assert list(form.errors["file"]) == [
        "server.c is in C; this exercise takes Python (.py).",
    ]


def test_a_language_that_is_not_taken_is_refused() -> None:
    assert "language" in SubmissionForm({"program": "x", "language": "c"}).errors
