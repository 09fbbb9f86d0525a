# Attack: 31, a heap without end, in eight processes
# Tries: to take 64 MiB in each of eight processes, none of which is over the limit alone.
# Meets: the owner's watch, which adds them up.
# Expect: ended by memory
# Limits: wall_ns=5000000000
import os
import signal

for _ in range(3):
    os.fork()
hoard = [bytearray(b"x" * (8 << 20)) for _ in range(8)]
signal.pause()
