# Attack: 41, all descriptors of the machine
# Tries: to open files until no more can be had, in itself and in children.
# Meets: EMFILE at 1024 for each process; the machine's own table is a hundred times that of a box.
# Expect: contained
# Limits: processes=16
import os

from attack import FACTS, contained, escaped

children = []
for _ in range(2):
    child = os.fork()
    if not child:
        break
    children.append(child)
held = []
try:
    while True:
        held.append(open("/etc/hosts"))
        if len(held) > FACTS["limits"]["open_files"]:
            escaped(f"{len(held)} descriptors are open")
except OSError:
    pass
if not children:
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
contained()
