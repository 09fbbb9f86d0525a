# Attack: 36, output without end
# Tries: to print until somebody's memory or disk is full, from two processes.
# Meets: a reader that keeps a part, counts the rest and ends it at a mebibyte.
# Expect: ended by output
# Limits: wall_ns=5000000000
import os

os.fork()
while True:
    os.write(1, b"x" * 65536)
    os.write(2, b"y" * 65536)
