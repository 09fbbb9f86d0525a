# Attack: 40, folders within folders
# Tries: to make a path so deep that whoever removes it runs out of stack or of path, with a file that cannot be read on its way.
# Meets: ENOSPC below 2048; and nobody walks it: its file system is let go of as a whole.
# Expect: contained
import os

from attack import FACTS, contained, escaped

depth = 0
try:
    while depth < 5000:
        os.mkdir("x" * 200)
        os.chdir("x" * 200)
        depth += 1
        os.chmod(".", 0o300)
except OSError:
    pass
if depth > FACTS["limits"]["tmp_inodes"]:
    escaped(f"{depth} folders within each other")
contained()
