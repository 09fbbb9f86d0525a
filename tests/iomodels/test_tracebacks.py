import pytest

from iomodels.tracebacks import LastWords, last_words

RESET = """\
listening on 20000
Traceback (most recent call last):
  File "/w/server.py", line 12, in <module>
    serve(client)
  File "/w/server.py", line 7, in serve
    client.recv(4096)
ConnectionResetError: [Errno 104] Connection reset by peer
"""
IN_A_LIBRARY = """\
Traceback (most recent call last):
  File "/w/server.py", line 9, in <module>
    chosen.register(client)
  File "/usr/lib/python3.11/selectors.py", line 352, in register
    raise KeyError("x")
KeyError: 'x'
"""
SYNTAX = """\
  File "/w/server.py", line 3
    def broken(:
               ^
SyntaxError: invalid syntax
"""
TWICE = """\
Traceback (most recent call last):
  File "/w/server.py", line 2, in <module>
ValueError: first

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/w/server.py", line 4, in <module>
json.decoder.JSONDecodeError: second
"""
NESTED = '  File "/w/server.py", line 5, in f\nasyncio.exceptions.TimeoutError\n'
NO_ERROR_IN_ITS_NAME = """\
Traceback (most recent call last):
  File "/w/server.py", line 8, in <module>
    size, = struct.unpack("!I", head)
            ^^^^^^^^^^^^^^^^^^^^^^^^^
struct.error: unpack requires a buffer of 4 bytes
"""
ITS_OWN = """\
Exception in thread Thread-1 (serve):
Traceback (most recent call last):
  File "/w/server.py", line 6, in serve
  [Previous line repeated 3 more times]
Refused: no such user
"""


@pytest.mark.parametrize(
    ("output", "error", "line"),
    [
        (RESET, "ConnectionResetError: [Errno 104] Connection reset by peer", 7),
        (IN_A_LIBRARY, "KeyError: 'x'", 9),
        (SYNTAX, "SyntaxError: invalid syntax", 3),
        (TWICE, "json.decoder.JSONDecodeError: second", 4),
        (NESTED, "asyncio.exceptions.TimeoutError", 5),
        (NO_ERROR_IN_ITS_NAME, "struct.error: unpack requires a buffer of 4 bytes", 8),
        (ITS_OWN, "Refused: no such user", 6),
        (RESET + SYNTAX, "SyntaxError: invalid syntax", 3),
        ("KeyboardInterrupt\n", "KeyboardInterrupt", None),
    ],
)
def test_last_words_are_the_last_error_and_the_innermost_line_of_its_own_file(
    output: str, error: str, line: int | None
) -> None:
    assert last_words(output) == LastWords(error=error, line=line)


@pytest.mark.parametrize(
    "output",
    [
        f'File "/w/server.py", line {"9" * 5000}\n',
        "",
        "ready\n",
        "got an Error here\n",
        "error: no\n",
        'File "/w/other.py", line 3\n',
    ],
)
def test_a_program_that_printed_no_error_has_no_last_words(output: str) -> None:
    assert last_words(output) == LastWords(error="", line=None)


def test_last_words_are_cut_to_what_a_page_can_show() -> None:
    words = last_words("ValueError: " + "x" * 10_000)

    assert words == LastWords(error="ValueError: " + "x" * 288, line=None)


@pytest.mark.parametrize("line", ["\n", "A.", " ", "Traceback (most recent call last):\n"])
def test_hostile_output_takes_no_longer_than_its_length(line: str) -> None:
    output = line * (2_000_000 // len(line))  # Minutes, if it took the square of it.

    assert last_words(output) == LastWords(error="", line=None)
