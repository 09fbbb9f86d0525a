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


own, of_pid_1 = "/proc/self/oom_score_adj", "/proc/1/oom_score_adj"
must_fail(lambda: write(own), errno.EACCES, errno.EPERM, what=f"a write to {own}")
must_fail(lambda: write(of_pid_1), errno.EACCES, errno.EPERM, errno.ENOENT, what=f"a write to {of_pid_1}")
if read(own) != b"1000\n":
    escaped(f"{own} is {read(own)}")
contained()
