# Attack: 33, a processor for itself
# Tries: to compute without end, with SIGXCPU ignored.
# Meets: the owner's watch on CPU time; SIGKILL from the kernel a second later.
# Expect: ended by CPU time
# Limits: cpu_s=1 wall_ns=8000000000
import signal

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True:
    pass
