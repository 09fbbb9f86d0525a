# Attack: 32, shared memory that no process shows as its own
# Tries: to hold 640 MiB in shared anonymous mappings, and to drop each from its own page tables.
# Meets: the control group, which counts them. Nothing else does.
# Expect: ended by memory
# Limits: wall_ns=5000000000
# Needs: cgroup
import ctypes
import mmap

libc = ctypes.CDLL(None)
SIZE, MADV_DONTNEED = 16 << 20, 4
hoard = []
for _ in range(40):
    mapping = mmap.mmap(-1, SIZE)
    mapping.write(b"x" * SIZE)
    mapping.madvise(MADV_DONTNEED)
    hoard.append(mapping)
print(f"ESCAPED: {len(hoard) * SIZE >> 20} MiB are held in shared mappings")
