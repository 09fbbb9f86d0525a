"""How a server waited, as text: its model, the reasons for calling it so, and what it cost."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from grader.harness.examination import Examination
from iomodels.ledger import Ledger, Slept
from iomodels.record import Outcome
from iomodels.wording import call_name, count, duration, names, place

MOST_SHOWN = 10
# A result page unfolds the same one.
SHOWN_FIRST = (Outcome.FAILED, Outcome.UNDECIDED)


def lines(
    title: str,
    reasons: Sequence[str],
    ledgers: Mapping[str, Ledger],
    *,
    file_name: str = "server.py",
) -> Iterator[str]:
    """Yield a model in words, its reasons, and the costs that stand in these scenarios' ledgers.

    `file_name` is the program's, for sleeps of which only the line is known.
    """
    yield f"  {title}"
    for reason in reasons:
        yield f"    {reason}"
    yield ""
    yield "  What it cost"
    yield from _harm(ledgers, file_name)
    yield f"    {_sums(ledgers)}."


def scenario_to_draw(done: Examination) -> tuple[str, Ledger | None]:
    """Return the first scenario that failed, else that was not decided, else the first one."""
    seen = list(zip(done.report.scenarios, done.ledgers, strict=True))
    wanted = (one for outcome in SHOWN_FIRST for one in seen if one[0].outcome is outcome)
    scenario, ledger = next(wanted, seen[0])
    return scenario.name, ledger


def _harm(ledgers: Mapping[str, Ledger], file_name: str) -> Iterator[str]:
    harmful = [(name, slept) for name, ledger in ledgers.items() for slept in ledger.harmful]
    if not harmful:
        yield "    Nobody had to wait while the server slept on something else."
        return
    neglected = sorted({one.client for _, slept in harmful for one in slept.neglected})
    total = sum(ledger.totals.harmful_ns for ledger in ledgers.values())
    yield (
        f"    {names(neglected)} had to wait {duration(total)} in all while the server slept on "
        "something else:"
    )
    indent = "      " if len(ledgers) > 1 else "    "
    for name, sleeps in groupby(harmful[:MOST_SHOWN], key=itemgetter(0)):
        if len(ledgers) > 1:
            yield f"    {name}"
        for _, slept in sleeps:
            yield f"{indent}{_sentence(slept, file_name)}"
    if len(harmful) > MOST_SHOWN:
        yield f"    ... and {count(len(harmful) - MOST_SHOWN, 'more such sleep')}."


def _sentence(slept: Slept, file_name: str) -> str:
    on_whom = f" on {names(slept.clients)}" if slept.clients else ""
    where = place(slept.source_line, file_name=slept.source_file or file_name)
    waited = names([one.client for one in slept.neglected])
    unread = sum(one.unread for one in slept.neglected)
    ready = f", {count(unread, 'byte')} unread" if unread else ""
    return (
        f"{duration(slept.lasted_ns)} in {call_name(slept.syscall)}{on_whom}{where}: "
        f"{waited} waited{ready}."
    )


def _sums(ledgers: Mapping[str, Ledger]) -> str:
    totals = [ledger.totals for ledger in ledgers.values()]
    messages = sum(one.messages for one in totals)
    calls = sum(one.calls for one in totals)
    refused = sum(one.refused_reads for one in totals)
    each = f", {calls / messages:.1f} calls each" if messages else ""
    return f"{count(messages, 'message')}{each}; {count(refused, 'refused read')} (EAGAIN)"
