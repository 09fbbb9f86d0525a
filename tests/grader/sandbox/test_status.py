import os

import pytest

from grader.sandbox.status import Status


def test_status_comes_in_pieces() -> None:
    reader, writer = os.pipe()
    status = Status(reader)

    os.write(writer, b'{ "child-pid": 12')
    before = status.find("child-pid")
    os.write(writer, b'34, "net-namespace": 1 }\n')

    assert [before, status.find("child-pid"), status.find("exit-code")] == [None, 1234, None]


def test_status_waits_for_a_report() -> None:
    reader, writer = os.pipe()
    os.write(writer, b'{ "child-pid": 7 }\n{ "exit-code": 0 }\n')

    status = Status(reader)

    assert status.wait_for("exit-code", at_most_ms=1000) == 0


def test_status_notices_the_end_without_a_report() -> None:
    reader, writer = os.pipe()
    os.close(writer)

    assert Status(reader).wait_for("child-pid", at_most_ms=60_000) is None


def test_status_does_not_wait_for_ever() -> None:
    reader, _writer = os.pipe()

    assert Status(reader).wait_for("child-pid", at_most_ms=1) is None


@pytest.mark.parametrize("line", [b"", b"[]", b"7", b"{", b"[" * 9999, b"\xff", b"bwrap: no"])
def test_what_is_no_report_is_passed_over(line: bytes) -> None:
    reader, writer = os.pipe()
    os.write(writer, line + b'\n{ "exit-code": 3 }\n')

    assert Status(reader).find("exit-code") == 3


def test_a_report_that_is_no_number_is_none() -> None:
    reader, writer = os.pipe()
    os.write(writer, b'{ "exit-code": true }\n')

    assert Status(reader).find("exit-code") is None
