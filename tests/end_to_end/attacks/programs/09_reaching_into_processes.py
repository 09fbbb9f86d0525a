# Attack: 9, other processes
# Tries: ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, kcmp and process_madvise, of pid 1 and of its own child.
# Meets: the filter: each is answered EPERM. Two processes are to be seen: pid 1 and itself.
# Expect: contained
import errno
import os
import signal

from attack import call, contained, escaped, must_be_refused

found = {name for name in os.listdir("/proc") if name.isdigit()}
if found != {"1", str(os.getpid())}:
    escaped(f"these processes are to be seen: {found}")
child = os.fork()
if not child:
    signal.pause()
PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_TRACEME = 16, 0x4206, 0
for pid in (1, child):
    must_be_refused(call("ptrace", PTRACE_ATTACH, pid), errno.EPERM, what="ptrace attach")
    must_be_refused(call("ptrace", PTRACE_SEIZE, pid), errno.EPERM, what="ptrace seize")
    for name in ("process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"):
        must_be_refused(call(name, pid), errno.EPERM, what=name)
    must_be_refused(call("kcmp", pid, os.getpid(), 0, 0, 0), errno.EPERM, what="kcmp")
    pidfd = os.pidfd_open(pid)
    must_be_refused(call("pidfd_getfd", pidfd, 0), errno.EPERM, what="pidfd_getfd")
must_be_refused(call("ptrace", PTRACE_TRACEME), errno.EPERM, what="ptrace traceme")
os.kill(child, signal.SIGKILL)
contained()
