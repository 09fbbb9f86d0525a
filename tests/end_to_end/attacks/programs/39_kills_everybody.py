# Attack: 39, a signal to everybody
# Tries: to send every signal to all that it may (kill -1), and to every pid and process group up to 4000.
# Meets: a pid namespace with itself and a pid 1 that takes no signal from inside.
# Expect: contained or ended by wall time
# Limits: wall_ns=1500000000
import os
import signal

from attack import contained, escaped

OWN = os.getpid()
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    try:
        os.kill(-1, number)
    except ProcessLookupError:
        pass
for pid in range(2, 4000):
    for target in (pid, -pid):
        try:
            if pid not in (OWN, os.getpgrp()):
                os.kill(target, signal.SIGKILL)
                escaped(f"{target} was sent a signal")
        except ProcessLookupError:
            pass
contained()
