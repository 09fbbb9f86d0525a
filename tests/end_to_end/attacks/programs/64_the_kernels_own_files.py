# Attack: 64, what /proc tells about the kernel and the rest of the machine
# Source: moby pull requests 25630 (/proc/timer_list) and 36368 (/proc/keys)
# Tries: reads the kernel's memory, log, timers, keys, symbols and scheduler out of /proc.
# Meets: each is absent, may not be opened, or says nothing: no key of anybody else, and no address.
# Expect: contained
import os

SECRET = ("kcore", "kmsg", "timer_list", "sched_debug", "vmallocinfo", "slabinfo", "pagetypeinfo", "kpageflags")
found = []
for name in SECRET:
    try:
        if os.read(os.open(f"/proc/{name}", os.O_RDONLY | os.O_NONBLOCK), 64):
            found.append(name)
    except OSError:
        pass
with open("/proc/kallsyms") as symbols:
    if any(int(line.split()[0], 16) for line, _ in zip(symbols, range(1000))):
        found.append("kallsyms")
for name in ("/proc/keys", "/dev/kmsg", "/dev/mem", "/dev/port"):
    try:
        with open(name, "rb", buffering=0) as file:
            if file.read(1):
                found.append(name)
    except OSError:
        pass
print("ESCAPED: can read " + ", ".join(found) if found else "contained")
