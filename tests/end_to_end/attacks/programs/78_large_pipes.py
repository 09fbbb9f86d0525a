# Attack: 78, pipes of the largest size
# Source: cargo issue 9739 (a user's pipes share one limit, pipe-user-pages-soft)
# Tries: makes hundreds of pipes, asks for the most for each, and adds up what it was given.
# Meets: all pipes of a uid share 64 MiB; after that a pipe has a page or two and cannot grow.
# Expect: contained
import fcntl
import os

total = 0
pipes = []
for _ in range(400):
    try:
        pipes.append(os.pipe())
    except OSError:
        break
    reading = pipes[-1][0]
    try:
        fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 1 << 20)
    except OSError:
        pass
    total += fcntl.fcntl(reading, fcntl.F_GETPIPE_SZ)
print("contained" if total <= 80 << 20 else f"ESCAPED: {total >> 20} MiB of pipes")
