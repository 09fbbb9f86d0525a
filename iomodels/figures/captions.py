"""What a sleep and a neglect are called in a figure, from the fullest wording to the shortest."""

from collections.abc import Sequence

from iomodels.figures.times import duration
from iomodels.ledger import Neglect, Slept
from iomodels.record import STOPPED_BY_SIGNAL, Wait
from iomodels.wording import MOST_NAMES, call_name, count, names

_WITHOUT_CLIENTS = {
    Wait.ACCEPT: "for a new client",
    Wait.TIMER: "until its time is up",
    Wait.LOCK: "for another thread",
    Wait.CHILD: "for another process",
    Wait.SIGNAL: "for a signal",
    Wait.READINESS: "on no client",
}


def call(slept: Slept) -> str:
    """Return "recvfrom", "epoll_wait"."""
    return "a stop signal" if slept.syscall == STOPPED_BY_SIGNAL else call_name(slept.syscall)


def whom(slept: Slept) -> str:
    """Return "on A", "on A, B and new clients", "to A", "for a new client"; or nothing."""
    clients = slept.clients
    if not clients and not (slept.accepts and slept.wait is Wait.READINESS):
        return _WITHOUT_CLIENTS.get(slept.wait, "")
    if slept.accepts and slept.wait is not Wait.ACCEPT:
        several = len(clients) >= MOST_NAMES
        everybody = (
            f"{names(clients)}, and new clients" if several else names((*clients, "new clients"))
        )
        return f"on {everybody}"
    return f"{'to' if slept.wait is Wait.WRITE else 'on'} {names(clients)}"


def line(slept: Slept) -> str:
    return f"line {slept.source_line}" if slept.source_line else ""


def sleep(slept: Slept) -> list[tuple[str, ...]]:
    """Return what may stand in a sleep's bar, in one line or two."""
    name, on = call(slept), whom(slept)
    at = f" · {line(slept)}" if slept.source_line else ""
    long = f"asleep in {name}{f' {on}' if on else ''}{at} · {duration(slept.lasted_ns)}"
    below = [on] if on else []
    if slept.is_harmful:
        worst = max(slept.neglected, key=lambda neglect: neglect.lasted_ns)
        victims = names(list(dict.fromkeys(neglect.client for neglect in slept.neglected)))
        harm = f"neglects {victims} for {duration(worst.lasted_ns)}"
        return [
            (long, harm),
            (f"{name} {on}{at}", harm),
            (f"{name} {on}{at}", f"neglects {victims}"),
            (f"{name} {on}", f"neglects {victims}"),
            (f"{name} {on}{at}",),
            (f"{name} {on}",),
            (f"neglects {victims}",),
            (name,),
        ]
    return [
        (long,),
        (f"asleep in {name}{at}", *below),
        (name, *below),
        *([(name, _few(slept))] if slept.clients else []),
        *([(name, count(len(slept.clients), "client"))] if slept.clients else []),
        (name,),
    ]


def _few(slept: Slept) -> str:
    return f"on {names(slept.clients)}{' + new' if slept.accepts else ''}"


def what_lay(neglect: Neglect, *, is_accepted: bool = True) -> str:
    """Return what waited meanwhile: "5 bytes unread", "not accepted"."""
    if neglect.unread:
        return f"{count(neglect.unread, 'byte')} unread"
    return "waits for its answer" if is_accepted else "not accepted"


def neglected(neglect: Neglect, *, is_accepted: bool = True) -> list[tuple[str, ...]]:
    """Return what may stand in the bar of a neglected client, in one line or two."""
    what = what_lay(neglect, is_accepted=is_accepted)
    lasted = duration(neglect.lasted_ns)
    nobody = f"nobody looks after {neglect.client}"
    return [
        (f"{nobody} for {lasted}", what),
        (nobody, f"{what}, {lasted}"),
        (f"nobody for {lasted}", what),
        (f"nobody for {lasted}",),
        ("nobody", lasted),
        (lasted,),
        ("nobody",),
    ]


def meanwhile(
    sleeps: Sequence[Slept],
    threads: Sequence[str],
    *,
    times: int = 1,
    accepted: frozenset[str] = frozenset(),
) -> str:
    """Return the whole sentence about one harmful sleep, or about several threads' like sleeps.

    `times` is how often there were such sleeps; `accepted` are the clients that some thread had
    accepted before the sleep ended.
    """
    slept = sleeps[0]
    at = f" ({line(slept)})" if slept.source_line else ""
    longest = sorted(slept.neglected, key=lambda neglect: -neglect.lasted_ns)
    first = longest[0]
    what = (
        f"{first.client}'s {count(first.unread, 'byte')} lay ready, unread"
        if first.unread
        else f"{first.client} waited for its answer"
        if first.client in accepted
        else f"{first.client} had connected, and nobody accepted"
    )
    others = list(dict.fromkeys(n.client for n in longest if n.client != first.client))
    also = f"; {names(others)} too" if others else ""
    where = list(dict.fromkeys(filter(None, map(whom, sleeps))))
    asleep = f"{call(slept)} {names(where)}".strip()
    lasted = duration(max(one.lasted_ns for one in sleeps))
    up_to = "up to " if len(sleeps) > 1 else ""
    often = f", the longest of {times:,} such sleeps" if times > len(sleeps) else ""
    return (
        f"{names(list(dict.fromkeys(threads)))} slept {up_to}{lasted} in {asleep}{at}{often}. "
        f"Meanwhile {what}: nobody looked after {first.client} for "
        f"{duration(first.lasted_ns)}{also}."
    )
