# Attack: 56, a filter of its own that answers calls before the tracer sees them
# Source: DMOJ judge-server issue 380 (seccomp alongside ptrace)
# Tries: puts a further seccomp filter under recvfrom that asks a listener of the program's own, and lets that listener answer in place of the kernel.
# Meets: the filter may be installed, but the ioctl with which its questions are read is unknown in the box, so no call is ever answered.
# Expect: contained
import ctypes
import errno
import struct

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_SECCOMP_CALL, SET_MODE_FILTER, NEW_LISTENER = 317, 1, 1 << 3
RECVFROM, USER_NOTIF, ALLOW = 45, 0x7FC00000, 0x7FFF0000
NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101

rules = b"".join(
    struct.pack("<HBBI", *rule)
    for rule in ((0x20, 0, 0, 0), (0x15, 0, 1, RECVFROM), (6, 0, 0, USER_NOTIF), (6, 0, 0, ALLOW))
)
kept = ctypes.create_string_buffer(rules, len(rules))
program = struct.pack("<HxxxxxxQ", 4, ctypes.addressof(kept))
listener = libc.syscall(PR_SET_SECCOMP_CALL, SET_MODE_FILTER, NEW_LISTENER, program)
if listener >= 0:
    question = ctypes.create_string_buffer(80)
    for code in (NOTIF_SEND, NOTIF_RECV):
        if libc.ioctl(listener, ctypes.c_ulong(code), question) != -1 or ctypes.get_errno() != errno.ENOTTY:
            print("ESCAPED: the listener may speak:", code, ctypes.get_errno())
            raise SystemExit
print("contained")
