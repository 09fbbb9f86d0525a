# Attack: 34, a processor for children that nobody waits for
# Tries: to compute in one short-lived child after another while SIGCHLD is ignored, so that their time is added to nobody's.
# Meets: the wall limit, or the control group, which counts them.
# Expect: ended by wall time or CPU time
# Limits: cpu_s=1 wall_ns=1500000000
import os
import signal

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        for _ in range(100_000):
            pass
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
