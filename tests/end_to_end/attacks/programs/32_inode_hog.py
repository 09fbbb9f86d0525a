# Attack: 32, memory in inodes, which a size does not count
# Tries: to make files, folders, links and sockets without end in every place that it may write to.
# Meets: ENOSPC below 2048 of them, /tmp and /dev/shm together.
# Expect: contained
import errno
import itertools
import os
import socket

from attack import FACTS, contained, escaped

made = 0
for folder in ("/tmp", "/dev/shm"):
    kinds = itertools.cycle((os.mkdir, lambda path: os.symlink("x" * 200, path), lambda path: socket.socket(socket.AF_UNIX).bind(path)))
    try:
        while made < 10_000:
            next(kinds)(f"{folder}/{made}")
            made += 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            escaped(f"after {made} inodes it met {error}")
if made > FACTS["limits"]["tmp_inodes"]:
    escaped(f"{made} inodes were made")
contained()
