# Attack: 32, memory in pipes
# Tries: to fill every pipe that its descriptors allow, after asking for a mebibyte each.
# Meets: the kernel's cap on the pipes of one user: less than 128 MiB.
# Expect: contained
# Limits: wall_ns=10000000000
import fcntl
import os

from attack import contained, escaped

held = 0
for _ in range(500):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    except OSError:
        pass
    try:
        while True:
            held += os.write(writer, bytes(1 << 16))
    except BlockingIOError:
        pass
if held > 128 << 20:
    escaped(f"{held >> 20} MiB lie in pipes")
contained()
