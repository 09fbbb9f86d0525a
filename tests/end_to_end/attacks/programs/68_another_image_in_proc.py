# Attack: 68, passing itself off as another program
# Source: SigmaHQ pull request 5470 (masquerading by prctl)
# Tries: names another program as its own image, and another place as its memory, with PR_SET_MM.
# Meets: PR_SET_MM needs privileges that nobody has in the box; /proc/self/exe stays what was executed.
# Expect: contained
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_MM, EXE_FILE, ARG_START, ENV_START = 35, 13, 8, 10
before = os.stat("/proc/self/exe").st_ino
other = os.open("/usr/bin/prlimit", os.O_RDONLY)
worked = [
    option
    for option, value in ((EXE_FILE, other), (ARG_START, id(before)), (ENV_START, id(before)))
    if libc.prctl(PR_SET_MM, option, ctypes.c_ulong(value), 0, 0) == 0
]
if os.stat("/proc/self/exe").st_ino != before:
    worked.append("exe")
print(f"ESCAPED: {worked}" if worked else "contained")
