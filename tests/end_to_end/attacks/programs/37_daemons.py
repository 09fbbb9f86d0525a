# Attack: 37, daemons
# Tries: to leave behind children in sessions of their own, forked twice, deaf, of which some keep the output open.
# Meets: the end of its box: once its first process has ended, all are killed.
# Expect: contained
# Limits: wall_ns=5000000000
import os
import signal

from attack import contained

ready, done = os.pipe()
for number in range(6):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for each in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(each, signal.SIG_IGN)
        if number % 2:
            os.closerange(0, 3)
        os.write(done, b"x")
        while True:
            signal.pause()
    os.wait()
for _ in range(6):
    os.read(ready, 1)
contained()
