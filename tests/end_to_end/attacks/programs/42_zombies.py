# Attack: 42, zombies
# Tries: to fill the table of processes with children that have ended and that nobody waits for.
# Meets: EAGAIN: the dead are counted, too.
# Expect: contained
import os

from attack import FACTS, contained, escaped

made = 0
try:
    while made < 500:
        if os.fork() == 0:
            os._exit(0)
        made += 1
except BlockingIOError:
    pass
if made >= FACTS["limits"]["processes"]:
    escaped(f"{made} zombies")
contained()
