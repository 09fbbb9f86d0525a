# Attack: 10, namespaces of its own
# Tries: unshare, setns and clone with every flag for a new namespace, with and without a high word, and clone3.
# Meets: the filter: EPERM, and ENOSYS for clone3, whose flags lie where a filter cannot look.
# Expect: contained
import errno
import os

from attack import call, contained, escaped, must_be_refused

FLAGS = {"NEWTIME": 0x80, "NEWNS": 0x20000, "UNTRACED": 0x800000, "NEWCGROUP": 0x2000000, "NEWUTS": 0x4000000,
         "NEWIPC": 0x8000000, "NEWUSER": 0x10000000, "NEWPID": 0x20000000, "NEWNET": 0x40000000}
SIGCHLD, HIGH_WORD = 17, 1 << 32
own = os.getpid()
for name, flag in FLAGS.items():
    must_be_refused(call("unshare", flag), errno.EPERM, what=f"unshare({name})")
    if name == "NEWTIME":  # Of clone's old form these bits are the signal.
        continue
    for high in (0, HIGH_WORD):
        met = call("clone", flag | SIGCHLD | high)
        if os.getpid() != own or not met:
            escaped(f"clone({name}) worked")
        must_be_refused(met, errno.EPERM, what=f"clone({name})")
must_be_refused(call("clone3", bytes(88), 88), errno.ENOSYS, what="clone3")
for name in os.listdir("/proc/self/ns"):
    opened = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
    must_be_refused(call("setns", opened, 0), errno.EPERM, what=f"setns to its own {name}")
must_be_refused(call("setns", os.pidfd_open(1), 0x10000000), errno.EPERM, what="setns to pid 1")
contained()
