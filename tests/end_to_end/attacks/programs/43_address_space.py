# Attack: 43, an address space without end
# Tries: to map 64 GiB at once, and 1 GiB again and again, without touching any of it.
# Meets: ENOMEM at 4 GiB.
# Expect: contained
import mmap

from attack import contained, escaped

FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # MAP_NORESERVE

try:
    mmap.mmap(-1, 64 << 30, flags=FLAGS)
    escaped("64 GiB are mapped")
except OSError:
    pass
held = []
try:
    while len(held) < 8:
        held.append(mmap.mmap(-1, 1 << 30, flags=FLAGS))
    escaped(f"{len(held)} GiB are mapped")
except OSError:
    contained()
