# Attack: 62, leaving through a working directory or descriptor that the sandbox left open
# Source: CVE-2024-21626 (runc: leaked descriptor and working directory)
# Tries: walks from the root, working directory and every descriptor of pid 1 and of itself upwards, and looks for a root that is not the box's.
# Meets: pid 1's files are covered, and no descriptor leads anywhere but the box's root.
# Expect: contained
import os

own = os.stat("/")
found = []
for pid in ("1", "self"):
    names = [f"/proc/{pid}/root", f"/proc/{pid}/cwd"]
    if os.path.isdir(f"/proc/{pid}/fd"):
        names += [f"/proc/{pid}/fd/{number}" for number in os.listdir(f"/proc/{pid}/fd")]
    for name in names:
        for way in (name, name + "/.." * 12):
            try:
                top = os.stat(way)
                inside = os.listdir(way)
            except OSError:
                continue
            if way.endswith("..") and (top.st_dev, top.st_ino) != (own.st_dev, own.st_ino):
                found.append(way)
            if {"root", "home", "var", "run", "boot"} & set(inside):
                found.append(way)
print("ESCAPED: " + ", ".join(found) if found else "contained")
