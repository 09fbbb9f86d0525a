"""Whether a client gets what the script says it receives."""

from collections.abc import Callable

from grader.harness.clients import TcpClient, UdpClient
from grader.harness.failures import failed
from grader.harness.scenario import Special, Text
from grader.harness.stage import Waited
from iomodels.record import Failing, Failure

MOST_SHOWN = 60  # Bytes of a text that a message shows.

Wait = Callable[[Callable[[], object]], Waited]


def meet(
    client: TcpClient | UdpClient,
    what: Text | Special,
    *,
    wait: Wait,
    settle: Callable[[], Waited],
) -> Waited:
    """Wait for what the client should receive, and account for it. Raise StepFailed otherwise."""
    if what is Special.NOTHING:
        return _nothing(client, settle)
    if what is Special.END:
        return _end(client, wait, settle)
    if what is Special.ANYTHING:
        return _anything(client, wait, settle)
    expected = what.content if isinstance(what, Text) else bytes(client.sent[client.taken :])
    return _bytes(client, expected, wait, settle)


def _bytes(
    client: TcpClient | UdpClient,
    expected: bytes,
    wait: Wait,
    settle: Callable[[], Waited],
) -> Waited:
    is_datagram = isinstance(client, UdpClient)
    waited = wait(
        lambda: (client.next() if is_datagram else _has(client, len(expected))) or _is_over(client),
    )
    got = client.next()
    got = got if is_datagram else got[: len(expected)]
    if got == expected:
        client.take(len(expected))
        return waited
    offset = _first_difference(expected, got)
    if offset < len(got) or len(got) > len(expected):
        raise failed(
            Failure(
                failing=Failing.WRONG_BYTES,
                client=client.name,
                expected=shown(expected[max(0, offset - 10) :]),
                received=shown(got[max(0, offset - 10) :]),
                offset=offset,
                got=len(got),
                missing=len(expected) - len(got),
            ),
            waited,
        )
    raise failed(
        Failure(
            failing=Failing.CLOSED if _is_over(client) else Failing.NOT_ANSWERED,
            client=client.name,
            expected=shown(expected[len(got) :]),
            received=shown(got),
            got=len(got),
            missing=len(expected) - len(got),
            detail=client.trouble,
        ),
        # The kernel closes a dying program's connections before it is gone: see whether it is.
        settle() if _is_over(client) else waited,
    )


def _anything(
    client: TcpClient | UdpClient,
    wait: Wait,
    settle: Callable[[], Waited],
) -> Waited:
    """Take all that has come once the server is quiet, so that its pieces do not matter."""
    waited = wait(lambda: client.next() or _is_over(client))
    if not client.next():
        failing = Failing.CLOSED if _is_over(client) else Failing.NOT_ANSWERED
        failure = Failure(failing=failing, client=client.name, detail=client.trouble)
        raise failed(failure, settle() if _is_over(client) else waited)
    settle()
    client.take(len(client.next()))
    return waited


def _nothing(client: TcpClient | UdpClient, settle: Callable[[], Waited]) -> Waited:
    waited = settle()
    if client.next():
        raise failed(_unexpected(client), waited)
    if _is_over(client):
        failure = Failure(failing=Failing.CLOSED, client=client.name, detail=client.trouble)
        raise failed(failure, waited)
    return waited


def _end(
    client: TcpClient | UdpClient,
    wait: Wait,
    settle: Callable[[], Waited],
) -> Waited:
    waited = wait(lambda: _is_over(client))
    if client.next():
        raise failed(_unexpected(client), waited)
    if client.trouble:
        failure = Failure(failing=Failing.CLOSED, client=client.name, detail=client.trouble)
        raise failed(failure, settle())
    if not client.has_end:
        raise failed(Failure(failing=Failing.NOT_CLOSED, client=client.name), waited)
    return waited


def shown(content: bytes) -> str:
    """Return bytes as a script would write them, cut to what a reader can take in."""
    text = repr(content[:MOST_SHOWN])[2:-1].replace('"', '\\"').replace("\\'", "'")
    return f'"{text}"' + ("…" if len(content) > MOST_SHOWN else "")


def _has(client: TcpClient | UdpClient, size: int) -> bool:
    return len(client.received) - client.taken >= size


def _is_over(client: TcpClient | UdpClient) -> bool:
    return client.has_end or bool(client.trouble)


def _unexpected(client: TcpClient | UdpClient) -> Failure:
    got = client.next()
    return Failure(
        failing=Failing.UNEXPECTED_BYTES,
        client=client.name,
        received=shown(got),
        got=len(got),
    )


def _first_difference(expected: bytes, got: bytes) -> int:
    """Return the first offset at which the two differ, or the length of the shorter."""
    shorter = min(len(expected), len(got))
    if expected[:shorter] == got[:shorter]:
        return shorter
    low, high = 0, shorter
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if expected[:middle] == got[:middle] else (low, middle)
    return low
