# Attack: 39, a signal to its own group
# Tries: SIGKILL to its process group, in the hope that its owner or its tracer belongs to that.
# Meets: its own end: bubblewrap has given it a session of its own.
# Expect: killed by SIGKILL
# Limits: wall_ns=2000000000
import os
import signal

os.kill(0, signal.SIGKILL)
print("ESCAPED: nobody was killed, not even this")
