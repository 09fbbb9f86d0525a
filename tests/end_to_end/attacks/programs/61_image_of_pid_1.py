# Attack: 61, overwriting the sandbox's own program
# Source: CVE-2019-5736 (runc: /proc/self/exe)
# Tries: opens what pid 1, its parent and it itself execute for writing, by name and by descriptor.
# Meets: pid 1's files are covered, and the image lies on a read-only file system: it cannot be opened for writing.
# Expect: contained
import os

names = ["/usr/bin/bwrap", "/usr/bin/prlimit", "/usr/bin/python3"]
for pid in ("1", str(os.getppid()), "self"):
    path = f"/proc/{pid}/exe"
    try:
        seen = os.open(path, os.O_PATH)
        names += [path, f"/proc/self/fd/{seen}", os.readlink(path)]
    except OSError:
        pass
worked = []
for name in names:
    for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
        try:
            os.open(name, flags)
        except OSError:
            continue
        worked.append(name)
print(f"ESCAPED: may write to {worked}" if worked else "contained")
