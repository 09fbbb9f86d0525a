"""Every server of the zoo is what it says, and is caught for what it says."""

from pathlib import Path

import pytest

from tests.zoo.keeper import Server, servers, visit


@pytest.mark.sandbox
@pytest.mark.parametrize("server", list(servers()), ids=lambda server: server.name)
def test_server_is_what_it_says(server: Server, tmp_path: Path) -> None:
    seen = visit(server, tmp_path)

    assert seen.model == server.model
    assert seen.refused_lines == 0
    if not server.is_sandboxed:
        return
    if server.wrong is None:
        assert seen.findings == ()
        return
    finding = next(iter(seen.caught(server)), None)
    assert finding is not None, seen.findings
    assert server.syscall in (None, finding.syscall)
    assert server.client in (None, finding.client)
    assert server.line in (None, finding.source_line)


def test_zoo_is_large_and_varied() -> None:
    found = list(servers())
    right = [server for server in found if server.wrong is None]

    assert len(right) >= 20
    assert len(found) - len(right) >= 40
    assert {server.path.suffix for server in right} == {".py", ".c"}
    assert {server.model for server in right} >= {
        "thread-per-client",
        "process-per-client",
        "thread-pool",
        "process-pool",
        "non-blocking",
        "select",
        "poll",
        "epoll",
        "signal-driven",
        "io_uring",
    }
