"""What gcc 12 and binutils 2.40 print, and what becomes of it."""

import pytest

from iomodels.compilation import Complaint, first_error
from iomodels.record import Failing
from iomodels.report import Finding
from tests.iomodels.examples import explained, failed

SYNTAX = """\
server.c: In function 'main':
server.c:7:5: warning: unused variable 'x' [-Wunused-variable]
server.c:9:25: error: expected ';' before '}' token
    9 | int main(void){ return 0 }
server.c:12:1: error: unknown type name 'y'
"""
NO_HEADER = """\
server.c:3:10: fatal error: nope.h: No such file or directory
compilation terminated.
"""
IN_A_HEADER = """\
In file included from /usr/include/first.h:1,
                 from server.c:4:
/etc/passwd:1:5: error: expected '=' before ':' token
"""
UNDEFINED = """\
/usr/bin/ld.bfd: /tmp/cc5QAQHh.o: in function `main':
server.c:6: undefined reference to `serve'
collect2: error: ld returned 1 exit status
"""
UNDEFINED_ELSEWHERE = """\
/usr/bin/ld.bfd: /usr/lib/gcc/x86_64-linux-gnu/12/Scrt1.o: in function `_start':
(.text+0x17): undefined reference to `main'
collect2: error: ld returned 1 exit status
"""
ASSEMBLER = """\
/tmp/cczismsf.s: Assembler messages:
/tmp/cczismsf.s:6: Error: no such instruction: `garbage x'
"""
KILLED = "gcc: fatal error: CPU time limit exceeded signal terminated program cc1\n"
WARNED = "In file included from server.c:1:\n/usr/include/x.h:3:1: warning: careful\n"
ANOTHER_NAME = "other.c:5:25: error: expected ';'\n"


@pytest.mark.parametrize(
    ("output", "text", "line"),
    [
        (SYNTAX, "expected ';' before '}' token", 9),
        (NO_HEADER, "nope.h: No such file or directory", 3),
        (IN_A_HEADER, "expected '=' before ':' token", 4),
        (UNDEFINED, "undefined reference to `serve'", 6),
        (UNDEFINED_ELSEWHERE, "undefined reference to `main'", None),
        (ASSEMBLER, "no such instruction: `garbage x'", None),
        (WARNED + KILLED, "CPU time limit exceeded signal terminated program cc1", None),
        (ANOTHER_NAME, "expected ';'", None),
        ("cc1: out of memory\n", "cc1: out of memory", None),
        ("", "it gave no reason", None),
        ("server.c:3:1: error: .\n", "it gave no reason", 3),
    ],
)
def test_the_first_error_is_found_with_its_line(output: str, text: str, line: int | None) -> None:
    assert first_error(output, file_name="server.c") == Complaint(text=text, line=line)


def test_an_error_is_shown_without_what_a_terminal_would_obey() -> None:
    output = "server.c:1:2: error: \033[2J" + "x" * 10_000

    assert first_error(output, file_name="server.c").text == "\N{REPLACEMENT CHARACTER}[2J" + (
        "x" * 296
    )


def test_a_line_number_of_thousands_of_digits_is_no_line() -> None:
    output = f"server.c:{'9' * 5000}:1: error: no\nserver.c:2:1: error: yes\n"

    assert first_error(output, file_name="server.c") == Complaint(text="yes", line=2)


@pytest.mark.parametrize("piece", ["\n", " ", "a:", ": (.text", "server.c:1", "from server.c:1:\n"])
def test_hostile_output_takes_no_longer_than_its_length(piece: str) -> None:
    first_error(piece * (1_000_000 // len(piece)), file_name="server.c")


def test_what_does_not_compile_is_a_finding_with_its_line() -> None:
    failure = failed(Failing.NOT_COMPILED, None, received="expected ';'", source_line=9)

    assert explained(failure) == Finding(
        rule="compiles",
        title="Compile without errors.",
        message="The compiler refused the program: expected ';' (server.py, line 9).",
        source_line=9,
        step=4,
    )


def test_a_compiler_that_was_stopped_is_a_finding_with_the_limit() -> None:
    failure = failed(Failing.NOT_COMPILED, None, detail="it used 10 s of CPU time, its limit")

    assert explained(failure).message == (
        "The compiler was stopped: it used 10 s of CPU time, its limit."
    )
