# Attack: 6, descriptors that it inherited
# Tries: to find a descriptor other than its three (the driver holds one that is inheritable, with a secret), also those of pid 1.
# Meets: 0, 1 and 2 alone; a /proc/1 that is covered.
# Expect: contained
import os

from attack import contained, escaped, find_canary

for descriptor in range(3, 1024):
    try:
        os.fstat(descriptor)
    except OSError:
        continue
    escaped(f"descriptor {descriptor} is {os.readlink(f'/proc/self/fd/{descriptor}')}")
if os.read(0, 10):
    escaped("stdin holds something")
for pid in filter(str.isdigit, os.listdir("/proc")):
    folder = f"/proc/{pid}/fd"
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = f"{folder}/{name}"
        try:
            if not os.readlink(path).startswith("/"):
                if os.readlink(path).startswith("pipe:"):
                    continue
            opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            find_canary(os.read(opened, 1 << 20), where=path)
        except OSError:
            continue
contained()
