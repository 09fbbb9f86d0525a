# Attack: 32, files in memory that have no name
# Tries: to fill memfds and unlinked files, which no watch on a process sees.
# Meets: EPERM for memfd_create; /tmp's own cap for the others.
# Expect: contained
import os

from attack import FACTS, contained, escaped

try:
    os.memfd_create("hoard")
    escaped("memfd_create worked")
except PermissionError:
    pass
held = 0
files = []
try:
    while held < 64 << 20:
        files.append(os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR))
        held += os.write(files[-1], bytes(4 << 20))
except OSError:
    pass
if held > FACTS["limits"]["tmp_bytes"]:
    escaped(f"{held >> 20} MiB lie in files without a name")
contained()
