# Attack: 71, a fork that is begun again for ever
# Source: nsjail issue 168 (endless loop of ERESTARTNOINTR when a timer interrupts clone)
# Tries: forks with much memory to copy while a timer fires every microsecond.
# Meets: the time in the kernel is the program's own; the limit on CPU time or on the clock ends it.
# Expect: ended by CPU time or wall time or killed by SIGXCPU or killed by SIGKILL
# Limits: cpu_s=1 wall_ns=6000000000
import os
import signal

hoard = bytearray(64 << 20)
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.000001, 0.000001)
while True:
    if not os.fork():
        os._exit(0)
    os.waitpid(-1, 0)
