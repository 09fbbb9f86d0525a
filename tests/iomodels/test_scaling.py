"""What a program can make long costs in proportion to its length: counted, not timed."""

from collections.abc import Callable, Iterator

import pytest

from iomodels.figures.timeline import notes, table, timeline
from iomodels.ledger import Ledger
from tests.fuzzing import memory, operations
from tests.iomodels.traces import analysed

FEW, TIMES = 250, 4
ALLOWED = 1.6 * TIMES  # Sorting and looking up in a list cost a little more than their length.
LOG = """
    0.006 A connects
    0.007 B connects
    0.008 B sends 1
    0.009 A sends 1
"""
ACCEPTS = (
    "1 0.000001 bind(3<LISTENER>) = 0 <0.0001>",  # A figure leaves out most of what was before A.
    "1 0.006 accept(3<LISTENER>, NULL, NULL) = 4<AC> <0.0001>",
    "1 0.007 accept(3<LISTENER>, NULL, NULL) = 5<BC> <0.0001>",
)
THREAD = "clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD)"
PROCESS = "clone(child_stack=NULL, flags=SIGCHLD)"


def _naps(many: int) -> Iterator[str]:
    """Two threads that sleep for a little while, again and again, as B waits."""
    yield f"1 0.0081 {THREAD} = 2 <0.0001>"
    for number in range(many):
        for thread in (1, 2):
            at = 0.01 + number / 1000 + thread / 10_000
            yield f"{thread} {at:.6f} nanosleep({{tv_sec=0, tv_nsec=500000}}, NULL) = 0 <0.0005>"


def _threads(many: int) -> Iterator[str]:
    """One thread after the other, each of which sleeps once."""
    for number in range(many):
        at, thread = 0.01 + number / 1000, 10 + number
        yield f"1 {at:.6f} {THREAD} = {thread} <0.0001>"
        yield f"{thread} {at + 0.0002:.6f} nanosleep({{tv_sec=0, tv_nsec=9}}, NULL) = 0 <0.0005>"
        yield f"{thread} {at + 0.0008:.6f} +++ exited with 0 +++"


def _processes(many: int) -> Iterator[str]:
    """Many descriptors, and then one process after the other that inherits them."""
    for number in range(many):
        at = 0.01 + number / 10_000
        yield f"1 {at:.6f} socket(AF_INET) = {10 + number}<TCP:[{number}]> <0.00001>"
    for number in range(many):
        at, process = 1 + number / 1000, 10_000 + number
        yield f"1 {at:.6f} {PROCESS} = {process} <0.0001>"
        yield f"{process} {at + 0.0003:.6f} socket(AF_INET) = 9<TCP:[{number}]> <0.00001>"
        yield f"{process} {at + 0.0008:.6f} +++ exited with 0 +++"


def _strangers(many: int) -> Iterator[str]:
    """Connections that are no client's, each used once."""
    for number in range(many):
        label = f"TCP:[127.0.0.1:9->127.0.0.1:{10_000 + number}]"
        yield f'1 {0.01 + number / 1000:.6f} read({10 + number}<{label}>, "", 9) = 0 <0.0001>'


def _completions(many: int) -> Iterator[str]:
    """Reads between waits of a program that has set up a ring."""
    yield "1 0.0081 io_uring_setup(8, {flags=0}) = 9<anon_inode:[io_uring]> <0.0001>"
    yield f"1 0.0082 {_add('8<EPOLL>', '4<AC>')}"
    for number in range(many):
        at = 0.01 + number / 1000
        yield f"1 {at:.6f} epoll_wait(8<EPOLL>, [], 9, -1) = 1 <0.0001>"
        yield f'1 {at + 0.0005:.6f} read(4<AC>, "", 9) = 1 <0.0001>'


def _signals(many: int) -> Iterator[str]:
    """Signals that are sent for whatever reason to a program that asked for them."""
    yield "1 0.0081 fcntl(4<AC>, F_SETFL, O_RDWR|O_ASYNC) = 0 <0.0001>"
    yield '1 0.0095 read(4<AC>, "", 9) = 1 <0.0001>'
    for number in range(many):
        at = 0.01 + number / 1000
        yield f'1 {at - 0.0002:.6f} read(4<AC>, "", 9) = 1 <0.0001>'
        yield f"1 {at:.6f} --- SIGIO {{si_signo=SIGIO}} ---"


def _nested(many: int) -> Iterator[str]:
    """One epoll instance in the next, much deeper than a kernel allows it, and waits."""
    for number in range(many):
        inner = f"{100 + number}<EPOLL>" if number else "4<AC>"
        yield f"1 {0.01 + number / 1000:.6f} {_add(f'{101 + number}<EPOLL>', inner)}"
    for number in range(many):
        at = 1 + number / 1000
        yield f"1 {at:.6f} epoll_wait({100 + many}<EPOLL>, [], 9, -1) = 1 <0.0001>"


def _add(holder: str, entry: str) -> str:
    return f"epoll_ctl({holder}, EPOLL_CTL_ADD, {entry}, {{events=EPOLLIN}}) = 0 <0.00001>"


FAMILIES = (_naps, _threads, _processes, _strangers, _completions, _signals, _nested)


def _ledger(family: Callable[[int], Iterator[str]], many: int) -> Ledger:
    sends = [f"    {1 + number / 1000:.6f} A sends 1" for number in range(many)]
    return analysed("\n".join([*ACCEPTS, *family(many)]), LOG + "\n".join(sends)).ledger


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_analysis_costs_in_proportion(family: Callable[[int], Iterator[str]]) -> None:
    few = operations(lambda: _ledger(family, FEW))

    many = operations(lambda: _ledger(family, TIMES * FEW))

    assert many < ALLOWED * few


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_analysis_takes_memory_in_proportion(family: Callable[[int], Iterator[str]]) -> None:
    few = memory(lambda: _ledger(family, FEW))

    many = memory(lambda: _ledger(family, TIMES * FEW))

    assert many < ALLOWED * few


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_figure_costs_in_proportion(family: Callable[[int], Iterator[str]]) -> None:
    few, many = _ledger(family, FEW), _ledger(family, TIMES * FEW)

    assert operations(lambda: _drawn(many)) < ALLOWED * operations(lambda: _drawn(few))


def _drawn(ledger: Ledger) -> None:
    timeline(ledger, title="one")
    table(ledger)
    notes(ledger)
