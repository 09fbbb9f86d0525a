# Attack: 38, a stopped pid 1
# Tries: SIGSTOP to pid 1 of its box, and to end. Traced, that works: a traced pid 1 does stop, and its children's end is seen by nobody.
# Meets: the wall limit: SIGKILL from outside ends who is stopped.
# Expect: ended by wall time or contained
# Limits: wall_ns=700000000
import os
import signal

from attack import contained

for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
    os.kill(1, number)
    signal.pidfd_send_signal(os.pidfd_open(1), number)
contained()
