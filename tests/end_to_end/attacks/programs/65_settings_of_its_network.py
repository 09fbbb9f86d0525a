# Attack: 65, settings of the network that the clients use
# Source: procd pull request 39 (/proc/sys writable beside a network namespace of its own)
# Tries: opens every setting below /proc/sys for writing: the private network's, the user namespace's, the machine's.
# Meets: only those of its own pid namespace and of its own message queues may be written, and no such queue can be made.
# Expect: contained
import ctypes
import os

OF_ITS_OWN = (
    "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/pid_max",
    "/proc/sys/fs/mqueue/", "/proc/sys/kernel/shm", "/proc/sys/kernel/msg", "/proc/sys/kernel/sem", "/proc/sys/kernel/auto_msgmni",
)
MAKING_QUEUES = {"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240}
libc = ctypes.CDLL(None, use_errno=True)
worked = [name for name, number in MAKING_QUEUES.items() if libc.syscall(number, 0, 1, 0o1600, 0) != -1]
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        path = os.path.join(folder, name)
        if path.startswith(OF_ITS_OWN):
            continue
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        worked.append(path)
print("ESCAPED: " + ", ".join(worked[:5]) if worked else "contained")
