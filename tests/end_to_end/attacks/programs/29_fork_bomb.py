# Attack: 29, a fork bomb
# Tries: to double without end, in new sessions that ignore every signal.
# Meets: EAGAIN at 64 processes for the whole box; its owner ends what is left of it.
# Expect: ended by wall time or CPU time
# Limits: wall_ns=700000000 cpu_s=1
import os
import signal

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            os.setsid()
        if len([name for name in os.listdir("/proc") if name.isdigit()]) > 66:
            print("ESCAPED: more processes than allowed", flush=True)
    except OSError:
        pass
