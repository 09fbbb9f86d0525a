# Attack: 1, files of the host
# Tries: to read /etc/shadow, /root, /home, /var, /run, /sys, the host's /tmp and /dev/shm, and to find the product and its secrets there.
# Meets: a file system that holds the system's programs, its own files and nothing else.
# Expect: contained
import errno
import os
import sys

from attack import FACTS, contained, escaped, find_canary, must_fail, read

ABSENT = ("/etc/shadow", "/etc/ssh", "/root", "/home", "/var", "/run", "/sys", "/srv", "/opt",
          "/mnt", "/media", "/boot", "/usr/local", "/usr/src", "/proc/sysrq-trigger-of-nobody")
for path in (*ABSENT, *FACTS["planted"]):
    must_fail(lambda: os.stat(path), errno.ENOENT, what=f"a look at {path}")
if os.listdir("/tmp") or os.listdir("/dev/shm"):
    escaped("/tmp and /dev/shm are not empty")
if sorted(os.listdir("/w")) != sorted(["attack.py", "facts.json", os.path.basename(sys.argv[0])]):
    escaped("/w holds more than it was given")
if set(os.listdir("/")) - {"bin", "sbin", "lib", "lib32", "lib64", "usr", "etc", "proc", "dev", "tmp", "w"}:
    escaped(f"in / lies {os.listdir('/')}")
for name in os.listdir("/etc"):
    find_canary(read(f"/etc/{name}"), where=f"/etc/{name}")
contained()
