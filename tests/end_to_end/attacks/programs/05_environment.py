# Attack: 5, the environment of those above it
# Tries: to read secrets and paths of the host from its environment, and from pid 1's environment, command line, mounts, maps and memory.
# Meets: six variables of its own, a /proc/1 that is covered (behind it bubblewrap has PATH alone, and its options through a descriptor), and neutral names in mountinfo.
# Expect: contained
import os

from attack import FACTS, contained, escaped, find_canary, read

ALLOWED = {"PATH", "HOME", "LANG", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PORT", "PWD", "LC_CTYPE"}
if set(os.environ) - ALLOWED:
    escaped(f"in the environment: {set(os.environ) - ALLOWED}")
if [item for item in read("/proc/1/environ").split(b"\0") if item and not item.startswith(b"PATH=")]:
    escaped("pid 1 has an environment")
if b"/" in read("/proc/1/cmdline").replace(b"/usr/bin/bwrap", b"").replace(b"/w/", b"").replace(b"/usr/bin/python3", b""):
    escaped(f"pid 1's command line tells paths: {read('/proc/1/cmdline')}")
for name in ("mountinfo", "mounts", "cmdline", "status", "maps", "cgroup", "stat"):
    for pid in ("1", "self"):
        content = read(f"/proc/{pid}/{name}")
        find_canary(content, where=f"/proc/{pid}/{name}")
        for word in (b"iomodels-project", b"/home", b"/root/", *(path.encode() for path in FACTS["planted"])):
            if word in content:
                escaped(f"/proc/{pid}/{name} tells {word}")
try:
    memory = os.open("/proc/1/mem", os.O_RDONLY)
except FileNotFoundError:
    contained()
for line in read("/proc/1/maps").decode().splitlines():
    first, last = (int(part, 16) for part in line.split()[0].split("-"))
    try:
        content = os.pread(memory, min(last - first, 16 << 20), first)
    except (OSError, OverflowError):
        continue
    find_canary(content, where="pid 1's memory")
contained()
