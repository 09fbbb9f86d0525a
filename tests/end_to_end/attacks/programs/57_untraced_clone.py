# Attack: 57, a child that the tracer is not told of
# Source: strace issue 303 (CLONE_UNTRACED allows tracees to escape)
# Tries: makes children with CLONE_UNTRACED, also hidden by a bit that the kernel ignores, and one with CLONE_PTRACE.
# Meets: CLONE_UNTRACED is refused (EPERM), whatever the high word says; a CLONE_PTRACE child has the tracer of its parent.
# Expect: contained
import ctypes
import errno
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
CLONE, UNTRACED, PTRACE = 56, 0x00800000, 0x00002000


def tracer():
    with open("/proc/self/status") as status:
        return "TracerPid:\t0\n" not in status.read()


for flags in (UNTRACED | signal.SIGCHLD, UNTRACED | signal.SIGCHLD | 1 << 32):
    child = libc.syscall(CLONE, ctypes.c_ulong(flags), 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child != -1 or ctypes.get_errno() != errno.EPERM:
        print("ESCAPED: an untraced child was made")
        raise SystemExit
wanted = tracer()
child = libc.syscall(CLONE, ctypes.c_ulong(PTRACE | signal.SIGCHLD), 0, 0, 0, 0)
if child == 0:
    os._exit(0 if tracer() == wanted else 1)
_, status = os.waitpid(child, 0)
print("contained" if status == 0 else "ESCAPED: the child has another tracer")
