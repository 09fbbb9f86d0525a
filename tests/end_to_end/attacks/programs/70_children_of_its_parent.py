# Attack: 70, burning time in children that belong to somebody else
# Source: pc2v9 issue 810 and sandlock issue 252 (processes that step out of the group that is watched)
# Tries: makes children with CLONE_PARENT, which are pid 1's and not its own, each in a session of its own, and lets them burn.
# Meets: all are counted that descend from the box's pid 1, dead ones too; their time ends the box.
# Expect: ended by CPU time
# Limits: cpu_s=2
import ctypes
import os
import resource
import signal

libc = ctypes.CDLL(None)
CLONE, CLONE_PARENT = 56, 0x00008000
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
for _ in range(8):
    if libc.syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os.setsid()
        while True:
            pass
signal.pause()
