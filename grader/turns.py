"""Whose turn it is: rounds in which every student who waits is served once.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) with gradings for packets and students
for flows. A run gets its turn when it is queued, and keeps it:

    turn = the round that is being served                     for a student's first open run
    turn = the turn of the student's last open run + 1        else, unless that round has passed

The lowest turn is served first, the oldest first among equals; the round that is being served is
the turn of the run that was claimed last. So a student's second waiting run stands behind
everybody's first; whoever comes new waits for at most one run of every other student, however many
those have handed in; and nobody is passed for ever, for rounds go on.

Counting a student's running and waiting runs at each claim looks simpler and is not fair: where
there are as many flooders as workers, a flooder's next run ties with everybody's first as soon as
the one before has ended, is older, and wins.
"""

from django.db.models import Max

from grader.models import Run, Try


def next_turn(submitter_id: int, lane: str) -> int:
    """Return the turn of a run that a student queues now in a lane."""
    turns = Try.objects.filter(run__lane=lane).order_by("-pk").values_list("run__turn", flat=True)
    served = turns.first() or 0
    mine = Run.objects.filter(
        state__in=Run.OPEN_STATES, lane=lane, submission__submitter=submitter_id
    )
    last: int | None = mine.aggregate(last=Max("turn"))["last"]
    return served if last is None else max(served, last + 1)
