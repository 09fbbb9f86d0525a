# Attack: 17, a better place in the queue
# Tries: sched_setaffinity, a real-time policy, nice -20, an I/O class, and a policy for memory.
# Meets: the filter: EPERM; the kernel for nice: EACCES or EPERM.
# Expect: contained
import errno
import os
import struct

from attack import call, contained, must_be_refused, must_fail

must_be_refused(call("sched_setaffinity", 0, 8, struct.pack("Q", 1)), errno.EPERM, what="sched_setaffinity")
must_be_refused(call("sched_setscheduler", 0, 1, struct.pack("i", 50)), errno.EPERM, what="SCHED_FIFO")
must_be_refused(call("sched_setparam", 0, struct.pack("i", 50)), errno.EPERM, what="sched_setparam")
must_be_refused(call("sched_setattr", 0, struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 1, 2, 3), 0), errno.EPERM, what="SCHED_DEADLINE")
must_fail(lambda: os.setpriority(os.PRIO_PROCESS, 0, -20), errno.EACCES, errno.EPERM, what="nice -20")
must_be_refused(call("ioprio_set", 1, 0, 1 << 13), errno.EPERM, what="a real-time I/O class")
must_be_refused(call("set_mempolicy", 2, struct.pack("Q", 1), 64), errno.EPERM, what="set_mempolicy")
contained()
