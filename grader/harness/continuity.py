"""Whether a script makes sense from line to line: who is connected when, and how."""

from grader.harness.scenario import (
    Act,
    Connect,
    Exit,
    Receive,
    Repeat,
    Rest,
    Send,
    Special,
    Step,
    Text,
    Traffic,
    Verb,
)
from grader.harness.words import ScenarioError

MOST_IN_A_DATAGRAM = 65_507  # 65,535 less the headers of IP (20) and UDP (8), udp(7).


def check(steps: tuple[Step, ...], *, transport: str) -> None:
    """Raise ScenarioError at the first step that cannot be played."""
    _walk(steps, connected=set(), transport=transport)


def _walk(steps: tuple[Step, ...], *, connected: set[str], transport: str) -> None:
    for step in steps:
        match step.says:
            case Repeat(steps=body):
                # Twice, since the second round begins where the first one ended.
                for _ in range(2):
                    _walk(body, connected=connected, transport=transport)
            case Connect(clients=clients):
                _connect(step, clients, connected)
            case Send(clients=clients) | Receive(clients=clients) | Act(clients=clients):
                _check_connected(step, clients, connected)
                _check_transport(step, transport)
                connected.difference_update(_leaving(step))
            case Rest() | Exit():
                pass


def _connect(step: Step, clients: tuple[str, ...], connected: set[str]) -> None:
    for name in clients:
        if name in connected:
            message = f"{name} is connected already. Close it before, or use another name."
            raise _complaint(step, message, name)
    connected.update(clients)


def _check_connected(step: Step, clients: tuple[str, ...], connected: set[str]) -> None:
    for name in clients:
        if name not in connected:
            message = f"{name} is not connected here. Write 'connect {name}' before this line."
            raise _complaint(step, message, name)


def _leaving(step: Step) -> tuple[str, ...]:
    """Return the clients that are no longer connected after this step."""
    if isinstance(step.says, Act) and step.says.verb in (Verb.CLOSE, Verb.RESET):
        return step.says.clients
    return ()


def _check_transport(step: Step, transport: str) -> None:
    """Refuse what datagrams cannot do, if that is what these clients send."""
    if transport != "udp":
        return
    match step.says:
        case Act(verb=Verb.SHUT_DOWN | Verb.RESET as verb):
            raise _complaint(step, f"A UDP client has no connection: it cannot '{verb}'.", verb)
        case Receive(what=Special.END):
            raise _complaint(step, "UDP has no end of file.", "end")
        case Send(payload=Traffic(size=size)) if size > MOST_IN_A_DATAGRAM:
            message = f"A datagram has at most {MOST_IN_A_DATAGRAM} bytes."
            raise _complaint(step, message, "sends")
        case Send(payload=Text(content=content)) if len(content) > MOST_IN_A_DATAGRAM:
            message = f"A datagram has at most {MOST_IN_A_DATAGRAM} bytes."
            raise _complaint(step, message, "sends")
        case _:
            pass


def _complaint(step: Step, message: str, word: str) -> ScenarioError:
    column = max(0, step.text.find(word))
    return ScenarioError(message, line=step.line, column=column, text=step.text)
