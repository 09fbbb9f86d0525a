# Attack: 4, the last to be killed when memory runs out
# Tries: to set its oom_score_adj to -1000, and pid 1's.
# Meets: EACCES: the driver has set it to 1000, and to lower it takes a capability.
# Expect: contained
import errno
import os

from attack import contained, escaped, must_fail, read


def write(path):
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, b"-1000")


for path in ("/proc/self/oom_score_adj", "/proc/1/oom_score_adj"):
    must_fail(lambda: write(path), errno.EACCES, errno.EPERM, what=f"a write to {path}")
    if read(path) != b"1000\n":
        escaped(f"{path} is {read(path)}")
contained()
