"""The part of a ledger that a figure shows: from shortly before the first client came."""

from dataclasses import replace

from iomodels.ledger import Ledger, Life

# So much of what the server did before, while it loaded its program, is worth room.
LEAD_NS = 2_000_000


def cropped(ledger: Ledger) -> Ledger:
    """Return the ledger from right before its first mark; threads that had ended are left out."""
    begin_ns = max(0, min((mark.at_ns for mark in ledger.marks), default=0) - LEAD_NS)
    if not begin_ns:
        return ledger
    asleep_ns: dict[int, int] = {}  # By thread: before the figure begins.
    for slept in ledger.sleeps:
        if slept.started_ns < begin_ns:
            lasted_ns = min(slept.ended_ns, begin_ns) - slept.started_ns
            asleep_ns[slept.thread_id] = asleep_ns.get(slept.thread_id, 0) + lasted_ns
    return replace(
        ledger,
        lives=tuple(
            _life(life, begin_ns, asleep_ns.get(life.thread_id, 0))
            for life in ledger.lives
            if life.ended_ns > begin_ns
        ),
        sleeps=tuple(
            slept._replace(
                started_ns=max(0, slept.started_ns - begin_ns),
                ended_ns=slept.ended_ns - begin_ns,
                neglected=tuple(
                    replace(
                        one,
                        started_ns=max(0, one.started_ns - begin_ns),
                        ended_ns=one.ended_ns - begin_ns,
                    )
                    for one in slept.neglected
                ),
            )
            for slept in ledger.sleeps
            if slept.ended_ns > begin_ns
        ),
        marks=tuple(mark._replace(at_ns=mark.at_ns - begin_ns) for mark in ledger.marks),
        pending=tuple(
            one._replace(
                started_ns=max(0, one.started_ns - begin_ns), ended_ns=one.ended_ns - begin_ns
            )
            for one in ledger.pending
            if one.ended_ns > begin_ns
        ),
        ended_ns=ledger.ended_ns - begin_ns,
    )


def _life(life: Life, begin_ns: int, before_ns: int) -> Life:
    return replace(
        life,
        started_ns=max(0, life.started_ns - begin_ns),
        ended_ns=life.ended_ns - begin_ns,
        asleep_ns=life.asleep_ns - before_ns,
    )
