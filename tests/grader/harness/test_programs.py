import pytest

from grader.harness.programs import Language, compiled, interpreted


@pytest.mark.parametrize(
    ("file_name", "language"),
    [
        ("server.py", Language.PYTHON),
        ("server.c", Language.C),
        ("wrong/spins.c", Language.C),
        ("SERVER.PY", Language.PYTHON),
        ("server", None),
        ("server.cpp", None),
        ("c", None),
        (".c", None),
        ("", None),
    ],
)
def test_a_files_name_says_its_language(file_name: str, language: Language | None) -> None:
    assert Language.of(file_name) is language


def test_a_submission_is_called_server_in_every_language() -> None:
    assert [language.file_name for language in Language] == ["server.py", "server.c"]


def test_a_python_program_is_given_to_the_systems_python() -> None:
    program = interpreted("server.py", b"pass")

    assert program.command == ("/usr/bin/python3", "/w/server.py")
    assert program.files == {"server.py": b"pass"}


def test_a_compiled_program_is_started_itself() -> None:
    program = compiled("server.c", b"\x7fELF")

    assert program.command == ("/w/server",)
    assert program.files == {"server": b"\x7fELF"}
