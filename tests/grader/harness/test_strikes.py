import pytest

from grader.harness.strikes import strikes
from grader.sandbox import Limits, Space
from iomodels.record import Bound, Strike

LIMITS = Limits(processes=8, open_files=20, cpu_s=3)
ROOM = Space(bytes=5, files=5)


def met(trace: str = "", output: str = "", signal: str | None = None, **values: object) -> object:
    told = {"space": ROOM, **values}
    found = strikes(trace.encode(), output=output, signal=signal, limits=LIMITS, **told)  # type: ignore[arg-type]
    return [(one.bound, one.by, one.times) for one in found]


REFUSED_CLONE = (
    "7 1.000000000 clone(child_stack=NULL, flags=SIGCHLD) = -1 EAGAIN "
    "(Resource temporarily unavailable) <0.000001000>\n"
)


@pytest.mark.parametrize(
    ("trace", "found"),
    [
        (REFUSED_CLONE * 3, (Bound.PROCESSES, "clone", 3)),
        (
            "7 1.0 accept4(3<TCP:[1]>, NULL, NULL, 0) = -1 EMFILE (Too many open files) <0.1>\n",
            (Bound.OPEN_FILES, "accept4", 1),
        ),
        (
            '7 1.000000000 <... write resumed>, "x", 1) = -1 EFBIG (File too large)\n',
            (Bound.FILE_SIZE, "write", 1),
        ),
        (
            '7 1.0 write(3</tmp/x>, "x", 1) = -1 ENOSPC (No space left on device) <0.1>\n',
            (Bound.SPACE, "write", 1),
        ),
    ],
)
def test_refused_calls_tell_which_limit(trace: str, found: object) -> None:
    assert met(trace) == [found]


@pytest.mark.parametrize(
    "trace",
    [
        # Of a socket that does not block, and of a program that only writes the words.
        "7 1.0 recvfrom(4<TCP:[1]>, 0x1, 9, 0, NULL, NULL) = -1 EAGAIN (Resource busy) <0.1>\n",
        '7 1.0 write(1, ") = -1 EMFILE (Too many open files)", 35) = 35 <0.1>\n',
        '7 1.0 write(1, "\\n1 1.0 clone(x) = -1 EAGAIN (busy)", 35) = 35 <0.1>\n',
        "",
    ],
)
def test_other_lines_tell_of_no_limit(trace: str) -> None:
    assert met(trace) == []


@pytest.mark.parametrize(
    ("output", "signal", "found"),
    [
        ("RuntimeError: can't start new thread\n", None, (Bound.PROCESSES, "", 1)),
        ("MemoryError\n", None, (Bound.ADDRESSES, "", 1)),
        ("OSError: [Errno 24] Too many open files\n", None, (Bound.OPEN_FILES, "", 1)),
        ("", "SIGXCPU", (Bound.CPU, "SIGXCPU", 1)),
        ("", "SIGXFSZ", (Bound.FILE_SIZE, "SIGXFSZ", 1)),
    ],
)
def test_last_words_and_signals_tell_which_limit(
    output: str, signal: str | None, found: object
) -> None:
    assert met("", output, signal) == [found]


def test_words_that_are_not_the_last_tell_nothing() -> None:
    assert met("", "MemoryError\n" + "x" * 2000) == []


def test_a_tmp_without_room_for_files_is_told_from_one_without_room_for_bytes() -> None:
    output = "OSError: [Errno 28] No space left on device\n"

    assert met("", output, space=Space(bytes=9, files=0)) == [(Bound.FILES, "", 1)]
    assert met("", output, space=Space(bytes=0, files=9)) == [(Bound.SPACE, "", 1)]


def test_each_limit_is_told_once_with_its_value() -> None:
    found = strikes(
        REFUSED_CLONE.encode(),
        output="RuntimeError: can't start new thread",
        signal="SIGXCPU",
        space=ROOM,
        limits=LIMITS,
    )

    assert found == (
        Strike(bound=Bound.CPU, allowed=3, by="SIGXCPU"),
        Strike(bound=Bound.PROCESSES, allowed=8, by="clone"),
    )
